"""Pages of findings for regulators: the list, the draw, and one finding with all it was made of and the review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.errors import Refusal
from mall.people.user import person_names
from mall.regions.region import regions_by_code
from mall.web.words import status_of, words_for
from supervision import rule_words as its_words
from supervision.finding import REVIEW_CODES, STANDINGS, Finding
from supervision.finding_review.evidence_shown import documents_shown, evidence_shown, order_address
from supervision.finding_review.finding_review import reviews_of
from supervision.finding_review.list_findings import FindingFilter, list_findings, names_of, next_drawn, parties_of
from supervision.finding_review.replay_finding import judge_again, replay_evaluations, replay_finding
from supervision.finding_review.review_finding import NOTE_MAX, review_finding
from supervision.finding_review.visible_findings import visible_finding
from supervision.rule import FAMILIES
from supervision.rule_changes.draft import rule_on_shelf
from supervision.rule_changes.visible_changes import regions_below
from supervision.rule_precision import precisions
from supervision.rule_shelf import rules
from supervision.show_evidence import plain_value

pages = Blueprint("watch_findings", __name__, url_prefix="/watch/findings")

_ID_MOST = 2**63 - 1
_NOT_KNOWN = "—"


@pages.get("")
@needs("watch.read")
def index() -> str:
    """The findings of the regulator's regions, those in shadow among them."""
    actor = current_actor()
    wanted = FindingFilter(
        rule_id=_one_of(request.args.get("rule", ""), list(rules())),
        family=_one_of(request.args.get("family", ""), FAMILIES),
        standing=_one_of(request.args.get("standing", ""), STANDINGS),
        region_code=_within(request.args.get("region", type=int), 100_000, 999_999),
        unit_id=_within(request.args.get("unit", type=int), 1, _ID_MOST),
        supplier_id=_within(request.args.get("supplier", type=int), 1, _ID_MOST),
        reviewed=_one_of(request.args.get("reviewed", ""), ("yes", "no")),
        presence=_one_of(request.args.get("presence", ""), ("present", "gone")),
        page=_within(request.args.get("page", type=int), 1, 1_000_000) or 1,
    )
    return render_template(
        "watch_findings/findings.html",
        wanted=wanted,
        found=list_findings(actor=actor, wanted=wanted),
        rules=rules(),
        families=FAMILIES,
        standings=STANDINGS,
        divisions=regions_below(actor, list(regions_by_code())),
        units=parties_of(actor, Finding.unit_id),
        suppliers=parties_of(actor, Finding.supplier_id),
        its_words=its_words,
    )


@pages.get("/draw")
@needs("finding.review")
def draw() -> AnyResponse:
    """The next finding of a rule in shadow that nobody has reviewed: in an order that nobody chooses."""
    rule = rule_on_shelf(request.args.get("rule", ""))
    finding_id = next_drawn(current_actor(), rule_id=rule.id, rule_version=rule.version)
    if finding_id is None:
        return redirect(url_for("watch_findings.index", rule=rule.id, standing="shadow", drawn="none"))
    return redirect(url_for("watch_findings.show", finding_id=finding_id, drawn="yes"))


@pages.get("/<int:finding_id>")
@needs("watch.read")
def show(finding_id: int) -> str:
    """One finding: evidence, documents, parameters, every evaluation with its digest, and what people said."""
    return _finding_page(finding_id, done=request.args.get("done", ""))


@pages.post("/<int:finding_id>/review")
@needs("finding.review")
def review(finding_id: int) -> AnyResponse:
    """Say what it was; refused, the page comes again with the words and everything typed."""
    actor = current_actor()
    try:
        finding = review_finding(
            actor=actor,
            finding_id=finding_id,
            code=request.form.get("code", ""),
            note=request.form.get("note", ""),
            input_hash=request.form.get("input_hash", ""),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if refusal.code in ("watch.unknown_finding", "access.denied"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="finding.review", refusal=refusal, subject=f"finding:{finding_id}")
        return make_response(_finding_page(finding_id, refusal=refusal), status_of(refusal))
    if request.form.get("drawn") == "yes":
        return redirect(url_for("watch_findings.draw", rule=finding.rule_id))
    return redirect(url_for("watch_findings.show", finding_id=finding_id, done="review"))


def _finding_page(finding_id: int, *, done: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    finding = visible_finding(actor, finding_id)
    rule = rules().get(finding.rule_id)
    reviews = reviews_of(finding.id)
    precision = precisions().of(finding.rule_id, version=finding.rule_version)
    return render_template(
        "watch_findings/finding.html",
        finding=finding,
        rule=rule,
        names=names_of([finding]),
        evidence=evidence_shown(finding, rule, actor=actor, values=_shown_evidence(finding)),
        documents=documents_shown(finding.documents, actor=actor),
        document_address=order_address(finding.document, actor=actor),
        parameters=_parameters(finding),
        agrees=replay_finding(finding),
        again=judge_again(finding, rule),
        given=_given(finding),
        replayed=replay_evaluations(finding),
        reviews=reviews,
        people=person_names({one.user_id for one in reviews}),
        precision=precision,
        review_codes=REVIEW_CODES,
        note_max=NOTE_MAX,
        is_drawn=(request.form.get("drawn") or request.args.get("drawn")) == "yes",
        done=_("已记下您的判断，规则的准确率随之更新。") if done == "review" else "",
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refusal is not None else {},
        its_words=its_words,
    )


def _shown_evidence(finding: Finding) -> dict[str, Any]:
    """The evidence without the facts that the check was given, which have a place of their own."""
    return {name: value for name, value in finding.evidence.items() if name != "given"}


def _given(finding: Finding) -> list[tuple[str, str]]:
    """Every fact that the check was given, as it was kept; nothing of a sweep."""
    kept = finding.evidence.get("given")
    return [(name, _NOT_KNOWN if value is None else str(value)) for name, value in kept.items()] if kept else []


def _parameters(finding: Finding) -> list[tuple[str, str]]:
    """(what it is called, the value) of every parameter that the finding was judged by."""
    rule = rules().get(finding.rule_id)
    known = {one.name: one for one in rule.parameters} if rule is not None else {}
    shown = []
    for name, value in finding.parameters.items():
        one = known.get(name)
        shown.append((its_words.said(one.words), plain_value(value, one.unit)) if one else (name, str(value)))
    return shown


def _within(number: int | None, lowest: int, highest: int) -> int | None:
    return number if number is not None and lowest <= number <= highest else None


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""
