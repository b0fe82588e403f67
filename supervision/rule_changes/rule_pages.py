"""Pages of the rules: the catalogue and one rule for regulators, and what is public of all of them."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from mall import clock
from mall.access.guards import current_actor, everyone, needs
from mall.people.user import person_names
from supervision import rule_words as its_words
from supervision.finding_review.list_findings import latest_findings, names_of
from supervision.rule import FAMILIES, OUTCOMES, Rule
from supervision.rule_changes.draft import rule_on_shelf
from supervision.rule_changes.rule_catalogue import (
    catalogue,
    last_runs,
    mode_rows,
    parameter_lines,
    rule_line,
    runs_of,
)
from supervision.rule_changes.visible_changes import changes_of, home_region
from supervision.rule_precision import precisions
from supervision.rule_shelf import rules
from supervision.show_evidence import plain_value
from supervision.values_in_force import MODE_WORDS

pages = Blueprint("watch_rules", __name__)

WHY = "by what everybody is judged must be known to everybody; at which values is not told"


@pages.get("/watch/rules")
@needs("watch.read")
def index() -> str:
    """Every rule by family, with what it may do in the regulator's own division and how its last run went."""
    region_code = home_region(current_actor())
    lines = catalogue(region_code=region_code, on=clock.today())
    return render_template(
        "watch_rules/catalogue.html",
        families=[(family, [line for line in lines if line.rule.family == family]) for family in FAMILIES],
        region_code=region_code,
        count=len(lines),
        outcomes=OUTCOMES,
        its_words=its_words,
    )


@pages.get("/watch/rules/<rule_id>")
@needs("watch.read")
def show(rule_id: str) -> str:
    """One rule: what it says, its values here and above with their past, its runs, changes and latest findings."""
    actor = current_actor()
    rule = rule_on_shelf(rule_id)
    region_code, today = home_region(actor), clock.today()
    parameters = parameter_lines(rule, region_code=region_code, on=today)
    modes = mode_rows(rule.id, region_code=region_code)
    changes = changes_of(actor, rule.id)
    found = latest_findings(actor, rule.id)
    rows = [row for line in parameters for row in line.rows] + modes
    people = {row.maker_id for row in rows} | {row.decider_id for row in rows}
    people |= {change.maker_id for change in changes}
    return render_template(
        "watch_rules/rule.html",
        rule=rule,
        line=rule_line(rule, region_code=region_code, on=today, known=precisions(), runs=last_runs()),
        region_code=region_code,
        parameters=parameters,
        modes=modes,
        mode_words=MODE_WORDS,
        runs=runs_of(rule.id),
        changes=changes,
        change_numbers={change.id: change.number for change in changes},
        findings=found,
        names=names_of(found),
        people=person_names(people),
        today=today,
        plain_value=plain_value,
        its_words=its_words,
    )


@pages.get("/open/rules")
@everyone(WHY)
def open_index() -> str:
    """Names, formulas, sources and exclusions of all rules, and no value of any parameter."""
    told = [(family, [rule for rule in rules().values() if rule.family == family]) for family in FAMILIES]
    return render_template("watch_rules/open.html", families=told, its_words=its_words)


@pages.get("/open/rules.json")
@everyone(WHY)
def open_twin() -> Response:
    """The same as JSON."""
    told = {"page": url_for(".open_index"), "rules": [_public(rule) for rule in rules().values()]}
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    return Response(text, content_type="application/json; charset=utf-8")


def _public(rule: Rule) -> dict[str, Any]:
    """What may be told of a rule: neither values nor bounds of its parameters, only what they are called."""
    return {
        "id": rule.id,
        "version": rule.version,
        "family": rule.family,
        "stages": list(rule.stages),
        "subject": rule.subject,
        "severity": rule.severity,
        "action": rule.action,
        "name": _both(rule.name),
        "formula": _both(rule.formula),
        "accepted": _both(rule.accepted),
        "answer": _both(rule.answer),
        "exclusions": [_both(one) for one in rule.exclusions],
        "source": rule.source,
        "legal_basis": rule.legal_basis,
        "parameters": [{"name": one.name, "unit": one.unit, "words": _both(one.words)} for one in rule.parameters],
    }


def _both(words: Any) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
