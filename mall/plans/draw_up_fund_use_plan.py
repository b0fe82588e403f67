"""Drawing up a fund-use plan and changing it: the unit's accountant says which money leaves in which month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.unit_budgets import UnitBudget
from mall.people.organisation import Organisation, organisation
from mall.plans.check_fund_use_plan import CATEGORY_MAX, PlannedMonth, check_lines, turnover_fen
from mall.plans.decide_fund_use_plan import submit
from mall.plans.fund_use_plan import FundUsePlan, FundUsePlanLine, fund_use_plan_numbered, load_lines
from mall.plans.fund_use_plan_action import fund_use_plan_action
from mall.plans.fund_use_plan_kinds import KINDS

REASON_MAX = 500


@atomic
def draw_up_fund_use_plan(
    *,
    actor: Actor,
    unit_id: int,
    year: int,
    kind: str,
    lines: Sequence[PlannedMonth],
    reason: str = "",
    is_submitted: bool = False,
    source_sha256: str | None = None,
    request_key: str | None = None,
) -> FundUsePlan:
    """Draw a plan up for one unit and year; with `is_submitted` it goes to the budget officers at once.

    Raises Refusal "budget.unknown_unit" (foreign and missing look the same), "plan.unknown_kind", "budget.year_closed",
    "plan.reason_needed", those of `check_lines` and of the submission.
    """
    given = {"unit_id": unit_id, "year": year, "kind": kind, "lines": [asdict(line) for line in lines]}
    given |= {"reason": reason, "is_submitted": is_submitted, "source_sha256": source_sha256}
    claimed = claim(actor=actor, action="fund_use_plan.draw_up", request_key=request_key, body=given)
    if claimed.replayed:
        return fund_use_plan_numbered(claimed.answer["number"])
    unit = unit_for(actor, unit_id)
    if kind not in KINDS:
        raise Refusal("plan.unknown_kind", plan_kind=kind[:20])
    if year < clock.today().year:
        raise Refusal("budget.year_closed", year=year)
    lines = [_cleaned(line) for line in lines]
    known = check_lines(lines, kind=kind, unit=unit, year=year)
    plan = FundUsePlan(
        number=next_number("fund_use_plan", region_code=unit.region_code, year=year),
        kind=kind,
        state="draft",
        region_code=unit.region_code,
        year=year,
        unit_id=unit.id,
        reason=reason_of(reason, kind=kind),
        edition=1,
        submission_no=0,
        amount_fen=turnover_fen(line.amount_fen for line in lines),
        maker_id=actor.user_id or 0,
        maker_ids=[actor.user_id or 0],
        created_at=clock.now(),
        source_sha256=source_sha256,
    )
    session().add(plan)
    session().flush()
    _write_lines(plan, lines)
    facts = {"kind": kind, "unit_id": unit.id, "lines": _told(lines, known)}
    record(actor=actor, action="fund_use_plan.draw_up", subject=plan.reference, facts=facts)
    if is_submitted:
        submit(plan, actor=actor)
    settle(claimed, {"number": plan.number, "state": plan.state})
    return plan


@fund_use_plan_action("edit")
def edit_fund_use_plan(
    plan: FundUsePlan, *, actor: Actor, lines: Sequence[PlannedMonth], reason: str = "", is_submitted: bool = False
) -> None:
    """Put other lines in the place of a draft's or returned plan's; the earlier ones are kept."""
    plan.states.step("edit", plan.state)
    authorize(actor, "fund_use_plan.edit", plan)
    unit = organisation(plan.unit_id)
    assert unit is not None
    lines = [_cleaned(line) for line in lines]
    known = check_lines(lines, kind=plan.kind, unit=unit, year=plan.year)
    plan.reason = reason_of(reason, kind=plan.kind)
    plan.edition += 1
    plan.amount_fen = turnover_fen(line.amount_fen for line in lines)
    plan.joined_by(actor.user_id)
    _write_lines(plan, lines)
    advance(plan, "edit", actor, facts={"edition": plan.edition, "lines": _told(lines, known)})
    if is_submitted:
        submit(plan, actor=actor)


def unit_for(actor: Actor, unit_id: int) -> Organisation:
    """The unit for which this actor may draw plans up. Raises Refusal("budget.unknown_unit")."""
    unit = organisation(unit_id)
    if unit is None or unit.kind != "unit":
        raise Refusal("budget.unknown_unit")
    if not may(actor, "fund_use_plan.draw_up", UnitBudget(unit_id=unit.id, region_code=unit.region_code)):
        raise Refusal("budget.unknown_unit")
    return unit


def reason_of(reason: str, *, kind: str) -> str:
    """The reason without blanks around it; a plan for new months needs none. Raises Refusal("plan.reason_needed")."""
    reason = reason.replace("\x00", "").strip()
    if len(reason) > REASON_MAX or (KINDS[kind].needs_reason and len(reason) < 2):
        raise Refusal("plan.reason_needed", most=REASON_MAX)
    return reason


def _cleaned(line: PlannedMonth) -> PlannedMonth:
    purpose = " ".join(line.purpose.replace("\x00", "").split())
    category_code = "".join(line.category_code.split()).replace("\x00", "").upper()[:CATEGORY_MAX]
    return replace(line, purpose=purpose, category_code=category_code)


def _write_lines(plan: FundUsePlan, lines: Sequence[PlannedMonth]) -> None:
    session().add_all(
        FundUsePlanLine(
            plan_id=plan.id,
            edition=plan.edition,
            line_no=line_no,
            budget_line_id=line.budget_line_id,
            month=line.month,
            amount_fen=line.amount_fen,
            purpose=line.purpose,
            category_code=line.category_code,
        )
        for line_no, line in enumerate(lines, start=1)
    )
    session().flush()
    load_lines([plan])


def _told(lines: Sequence[PlannedMonth], known: dict[int, Any]) -> list[dict[str, Any]]:
    return [
        {"line": known[line.budget_line_id].code, "month": line.month, "amount_fen": line.amount_fen} for line in lines
    ]
