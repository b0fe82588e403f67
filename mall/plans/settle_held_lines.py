"""What becomes of a held line: an exemption that finance accepts, another budget line, or money moved to one.

A line that is procurement without being budgeted as such does not wait for better days: the unit plans it on a line
that is budgeted for procurement (re-pointing), or drafts the transfer that gives such a line the money, or says why it
should pass all the same, which only a budget officer accepts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.budget_lines import BudgetLine, balances, find_line, lines_of_unit
from ledger.cash_plan import plan_balances
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.database import session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from mall.finance.open_transfer import NewLine, draw_up_opening_transfer
from mall.plans.check_fund_use_plan import PlannedMonth, first_month
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan
from mall.plans.fund_use_plan import FundUsePlan, FundUsePlanLine, PlanLineJudgement
from mall.plans.fund_use_plan_action import fund_use_plan_action
from mall.plans.judge_plan_lines import covers_category

PLEA_MAX = 500


@dataclass(frozen=True)
class WayOut:
    """A procurement line of the unit that a held plan line could stand on, with its money in fen."""

    line: BudgetLine
    unplanned_fen: int
    available_fen: int
    #: whether the plan line could move there as it is
    has_enough: bool


@fund_use_plan_action("plead")
def plead_for_line(plan: FundUsePlan, *, actor: Actor, line_no: int, reason: str) -> None:
    """The unit says why a held line should pass as it stands. Raises Refusal "plan.not_held", "plan.plea_needed"."""
    plan.states.step("plead", plan.state)
    authorize(actor, "fund_use_plan.edit", plan)
    line, judgement = held_line(plan, line_no)
    plea = reason.replace("\x00", "").strip()
    if not 2 <= len(plea) <= PLEA_MAX:
        raise Refusal("plan.plea_needed", most=PLEA_MAX)
    judgement.plea = plea
    plan.joined_by(actor.user_id)
    advance(plan, "plead", actor, note=plea, facts={"line_no": line.line_no})


@fund_use_plan_action("exempt")
def exempt_line(plan: FundUsePlan, *, actor: Actor, line_no: int, note: str = "") -> None:
    """A budget officer accepts the unit's reason: the line is approved with the rest. Raises Refusal "plan.not_held",
    "plan.no_plea"."""
    plan.states.step("exempt", plan.state)
    authorize(actor, "fund_use_plan.decide", plan)
    line, judgement = held_line(plan, line_no)
    if not judgement.plea:
        raise Refusal("plan.no_plea", number=plan.number, line_no=line_no)
    _settle(judgement, "exempted", actor=actor)
    facts = {"line_no": line.line_no, "rule": judgement.rule, "plea": judgement.plea}
    advance(plan, "exempt", actor, note=note.strip(), facts=facts)


@fund_use_plan_action("repoint")
def repoint_line(plan: FundUsePlan, *, actor: Actor, line_no: int, budget_line_id: int) -> None:
    """Plan the held line on a line that is budgeted for procurement: a draft of its own, with the same month, amount
    and purpose. Raises Refusal "plan.not_held", "plan.no_way_out"."""
    plan.states.step("repoint", plan.state)
    authorize(actor, "fund_use_plan.edit", plan)
    line, judgement = held_line(plan, line_no)
    target = _target(plan, judgement, budget_line_id)
    month = max(line.month, min(first_month(plan.year, on=clock.today()), 12))
    fresh = draw_up_fund_use_plan(
        actor=actor,
        unit_id=plan.unit_id,
        year=plan.year,
        kind="plan",
        lines=[PlannedMonth(target.id, month, line.amount_fen, line.purpose, line.category_code)],
        reason=f"{plan.number} 第 {line.line_no} 行属于政府采购，改列政府采购指标",
    )
    _settle(judgement, "repointed", actor=actor, paper=fresh.reference)
    facts = {"line_no": line.line_no, "to": target.code, "paper": fresh.reference}
    advance(plan, "repoint", actor, facts=facts)


@fund_use_plan_action("adjust")
def adjust_budget_for_line(plan: FundUsePlan, *, actor: Actor, line_no: int, budget_line_id: int | None = None) -> None:
    """Draft the transfer that gives a procurement line the money of the held line; without `budget_line_id` the
    transfer opens a new line for it. Raises Refusal "plan.not_held", "plan.no_way_out"."""
    plan.states.step("adjust", plan.state)
    authorize(actor, "fund_use_plan.edit", plan)
    line, judgement = held_line(plan, line_no)
    document = _transfer(plan, line, judgement, actor=actor, budget_line_id=budget_line_id)
    _settle(judgement, "adjusted", actor=actor, paper=document.reference)
    advance(plan, "adjust", actor, facts={"line_no": line.line_no, "paper": document.reference})


def held_line(plan: FundUsePlan, line_no: int) -> tuple[FundUsePlanLine, PlanLineJudgement]:
    """A line that is held and not yet settled, with its judgement. Raises Refusal("plan.not_held")."""
    line = next((one for one in plan.lines if one.line_no == line_no), None)
    judgement = plan.judgements.get(line_no)
    if line is None or judgement is None or judgement.outcome != "held":
        raise Refusal("plan.not_held", number=plan.number, line_no=line_no)
    return line, judgement


def ways_out(plan: FundUsePlan, line: FundUsePlanLine, judgement: PlanLineJudgement) -> list[WayOut]:
    """The unit's other lines that may buy what the held line is for, those with enough money first."""
    found = [
        one
        for one in lines_of_unit(session(), region_code=plan.region_code, year=plan.year, unit_id=plan.unit_id)
        if one.is_procurement and one.id != line.budget_line_id and covers_category(one, judgement.category_code)
    ]
    stand = plan_balances(session(), [one.id for one in found])
    free = balances(session(), [one.id for one in found]) if found else {}
    ways = [
        WayOut(
            line=one,
            unplanned_fen=stand[one.id].unplanned_fen,
            available_fen=free[one.id].available_fen,
            has_enough=stand[one.id].unplanned_fen >= line.amount_fen,
        )
        for one in found
    ]
    return sorted(ways, key=lambda way: (not way.has_enough, way.line.code))


def _transfer(
    plan: FundUsePlan,
    line: FundUsePlanLine,
    judgement: PlanLineJudgement,
    *,
    actor: Actor,
    budget_line_id: int | None,
) -> BudgetDocument:
    grounds: dict[str, Any] = {
        "reason": f"{line.purpose}：属于政府采购，调剂到政府采购指标",
        "basis": f"用款计划 {plan.number} 第 {line.line_no} 行",
    }
    if budget_line_id is None:
        return draw_up_opening_transfer(
            actor=actor,
            unit_id=plan.unit_id,
            from_line_id=line.budget_line_id,
            amount_fen=line.amount_fen,
            new_line=_new_line(line, judgement),
            **grounds,
        )
    target = _target(plan, judgement, budget_line_id)
    return draw_up_budget_document(
        actor=actor,
        unit_id=plan.unit_id,
        year=plan.year,
        kind="transfer",
        lines=[AmountOnLine(line.budget_line_id, -line.amount_fen), AmountOnLine(target.id, line.amount_fen)],
        **grounds,
    )


def _new_line(line: FundUsePlanLine, judgement: PlanLineJudgement) -> NewLine:
    source = find_line(session(), line.budget_line_id)
    assert source is not None
    name = judgement.evidence.get("category_name") or "政府采购"
    return NewLine(
        name=f"{source.name}（{name}）"[:100],
        category_scope=(judgement.category_code,) if judgement.category_code else (),
        code_part="ZC",
    )


def _target(plan: FundUsePlan, judgement: PlanLineJudgement, budget_line_id: int) -> BudgetLine:
    target = find_line(session(), budget_line_id)
    # Foreign and missing look the same.
    if (
        target is None
        or target.unit_id != plan.unit_id
        or target.year != plan.year
        or not target.is_procurement
        or not covers_category(target, judgement.category_code)
    ):
        raise Refusal("plan.no_way_out", budget_line_id=budget_line_id)
    return target


def _settle(judgement: PlanLineJudgement, outcome: str, *, actor: Actor, paper: str = "") -> None:
    judgement.outcome = outcome
    judgement.settled_by_id = actor.user_id
    judgement.settled_at = clock.now()
    judgement.paper = paper
    session().flush()
