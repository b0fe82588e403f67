"""Which fund-use plans wait for this person, until when, and what follows if nothing is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.database import session
from mall.people.organisation import organisation_names
from mall.plans.fund_use_plan import FundUsePlan, PlanLineJudgement, load_lines
from mall.plans.visible_fund_use_plans import visible_to

#: states that wait for somebody: (the main action, the code of what follows in silence)
WAITS_FOR = {
    "submitted": ("approve", "no_money_leaves"),
    "returned": ("edit", "stays_returned"),
    "draft": ("submit", "stays_draft"),
}


@dataclass(frozen=True)
class PlanTodo:
    """One plan that waits for the reader. `action` is "settle" where only its held lines wait for her."""

    plan: FundUsePlan
    action: str
    due_at: datetime | None
    consequence_code: str
    unit_name: str


def plan_todo_for(actor: Actor, *, limit: int = 50) -> list[PlanTodo]:
    """What waits for this person, the most urgent first; nothing for those who only read."""
    if not (may(actor, "fund_use_plan.draw_up") or may(actor, "fund_use_plan.decide")):
        return []
    query = visible_to(actor, select(FundUsePlan)).where(FundUsePlan.state.in_((*WAITS_FOR, "approved")))
    ordered = query.where(_is_open()).order_by(FundUsePlan.due_at.asc().nulls_last(), FundUsePlan.id)
    plans = list(session().scalars(ordered.limit(limit * 3)))
    load_lines(plans)
    found = [(plan, action) for plan in plans if (action := _waits_with(plan, actor))][:limit]
    names = organisation_names({plan.unit_id for plan, _action in found})
    return [
        PlanTodo(
            plan=plan,
            action=action,
            due_at=None if action == "settle" else plan.due_at,
            consequence_code="stays_held" if action == "settle" else WAITS_FOR[plan.state][1],
            unit_name=names.get(plan.unit_id, ""),
        )
        for plan, action in found
    ]


def _is_open() -> ColumnElement[bool]:
    """Undecided, or approved with lines that are still held."""
    held = select(PlanLineJudgement.id).where(
        PlanLineJudgement.plan_id == FundUsePlan.id,
        PlanLineJudgement.submission_no == FundUsePlan.submission_no,
        PlanLineJudgement.outcome == "held",
    )
    return (FundUsePlan.state != "approved") | held.exists()


def _waits_with(plan: FundUsePlan, actor: Actor) -> str:
    """With what the plan waits for her; "" when it does not."""
    if plan.state == "submitted" and may(actor, "fund_use_plan.decide", plan):
        return "approve"
    if not may(actor, "fund_use_plan.edit", plan):
        return ""
    if plan.state in ("submitted", "approved"):
        return "settle" if any(one.outcome == "held" and not one.plea for one in plan.judgements.values()) else ""
    # A draft lies with whoever began it; what came back may be taken up by any colleague.
    if plan.state == "draft" and plan.maker_id != actor.user_id:
        return ""
    return WAITS_FOR[plan.state][0]
