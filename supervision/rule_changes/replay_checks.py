"""Replaying a rule that only checks deeds: over the findings that kept all the facts which the check needs.

Deeds of which nothing was found left no facts. So a replay says what a draft would lose, and never what it would add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from mall.database import session
from mall.regions.region import code_bounds
from supervision.engines.engine import Row
from supervision.finding import Finding
from supervision.rule import HIT, OUTCOMES, SWEEP_COLUMNS, Rule
from supervision.rule_changes.compare_draft import Comparison, Side
from supervision.rule_changes.draft import Draft, rows_with
from supervision.values_in_force import Rows, mode_in_force, province_code, rows_in_force, values_for


def replay_checks(rule: Rule, draft: Draft, *, region_code: int, on: date) -> Comparison | None:
    """The check with the draft's values beside those in force; None where no finding kept what it needs."""
    deeds = _deeds(rule, region_code=region_code)
    if not deeds:
        return None
    rows = rows_with(rule, draft, region_code=region_code, on=on)
    return Comparison(
        draft=_side(rule, deeds, rows, on=on), held=_side(rule, deeds, rows_in_force(rule.id, on=on), on=on)
    )


def _deeds(rule: Rule, *, region_code: int) -> list[tuple[Finding, Mapping[str, Any]]]:
    within = Finding.region_code.between(*code_bounds(region_code))
    if region_code == province_code():
        within = or_(within, Finding.region_code == 0)
    found = []
    for finding in session().scalars(select(Finding).where(Finding.rule_id == rule.id, within).order_by(Finding.id)):
        given = given_to(finding)
        if set(rule.needs) <= given.keys():
            found.append((finding, given))
    return found


def given_to(finding: Finding) -> Mapping[str, Any]:
    """The facts that the check was given: as the order kept them, else what stands in the evidence."""
    kept = finding.evidence.get("given")
    if isinstance(kept, dict):
        return kept
    return {"amount_fen": finding.amount_fen, "category_code": finding.category_code, **finding.evidence}


def _side(rule: Rule, deeds: list[tuple[Finding, Mapping[str, Any]]], rows: Rows, *, on: date) -> Side:
    assert rule.check is not None
    counts = Counter(dict.fromkeys(OUTCOMES, 0))
    hits: dict[str, Row] = {}
    off_count = 0
    for finding, given in deeds:
        place = finding.region_code or province_code()
        verdict = rule.check(given, values_for(rule, region_code=place, on=on, rows=rows))
        if verdict.outcome == HIT and mode_in_force(rule, region_code=place, on=on, rows=rows) == "off":
            off_count += 1
            continue
        counts[verdict.outcome] += 1
        if verdict.outcome == HIT:
            hits[finding.subject] = _row(finding, verdict.amount_fen)
    return Side(dict(counts), hits, off_count)


def _row(finding: Finding, amount_fen: int) -> Row:
    kept = {name: getattr(finding, name, None) or 0 for name in SWEEP_COLUMNS if name not in ("outcome", "day")}
    return {**kept, "document": finding.document, "subject": finding.subject, "amount_fen": amount_fen}
