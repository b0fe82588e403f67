"""Submitting, approving, returning and withdrawing a fund-use plan; the approval posts what is not held."""

from __future__ import annotations

from datetime import datetime

from ledger.cash_plan import months_as_text
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.predicates import decides_budgets
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.plans.check_fund_use_plan import posted_months, require_enough, require_months_ahead, turnover_fen
from mall.plans.fund_use_plan import FundUsePlan, load_lines
from mall.plans.fund_use_plan_action import fund_use_plan_action
from mall.plans.judge_plan_lines import judge_plan
from mall.regions.regional_rule import rule
from mall.regions.working_days import deadline

#: how long finance may think about it
DECISION_RULE = "plan.decide_working_days"


@fund_use_plan_action("submit")
def submit_fund_use_plan(plan: FundUsePlan, *, actor: Actor) -> None:
    """Hand a draft or a returned plan to the budget officers."""
    submit(plan, actor=actor)


@fund_use_plan_action("approve")
def approve_fund_use_plan(plan: FundUsePlan, *, actor: Actor, note: str = "", edition: int | None = None) -> None:
    """Approve what is not held: the months get their money in the same transaction. `edition`: the version that was
    read.

    Raises Refusal "plan.maker_decides", "plan.changed_meanwhile", "plan.all_held", those of `require_enough` and of
    the ledger.
    """
    plan.states.step("approve", plan.state)
    _require_other_eyes(plan, actor)
    if edition not in (None, plan.edition):
        raise Refusal("plan.changed_meanwhile", number=plan.number)
    months = posted_months(plan)
    if not months:
        raise Refusal("plan.all_held", number=plan.number, lines=len(plan.held_lines))
    require_enough(plan, months)
    plan.decider_id = actor.user_id
    plan.decided_at = clock.now()
    plan.due_at = None
    plan.approved_fen = turnover_fen(line.amount_fen for line in plan.lines if not plan.is_held(line))
    facts = {
        "months": months_as_text(months),
        "approved_fen": plan.approved_fen,
        "held": [line.line_no for line in plan.held_lines],
    }
    advance(plan, "approve", actor, note=note.strip(), facts=facts)


@fund_use_plan_action("return")
def return_fund_use_plan(plan: FundUsePlan, *, actor: Actor, reason: str) -> None:
    """Send it back with a reason; nothing has moved. Raises Refusal "plan.maker_decides", "order.reason_needed"."""
    plan.states.step("return", plan.state)
    _require_other_eyes(plan, actor)
    reason = reason.strip()
    if not 2 <= len(reason) <= 500:
        raise Refusal("order.reason_needed")
    plan.due_at = None
    advance(plan, "return", actor, note=reason)


@fund_use_plan_action("withdraw")
def withdraw_fund_use_plan(plan: FundUsePlan, *, actor: Actor, note: str = "") -> None:
    """Take it back before it is decided; the number stays used."""
    plan.due_at = None
    advance(plan, "withdraw", actor, note=note.strip())


def submit(plan: FundUsePlan, *, actor: Actor) -> None:
    """Submit a plan whose row is locked, or that was drawn up in this transaction; every line is judged."""
    plan.states.step("submit", plan.state)
    authorize(actor, "fund_use_plan.edit", plan)
    require_months_ahead(plan)
    require_enough(plan, posted_months(plan))
    plan.joined_by(actor.user_id)
    plan.submission_no += 1
    judge_plan(plan)
    now = clock.now()
    days = rule(DECISION_RULE, region_code=plan.region_code, on=clock.today()).value
    # Next year's books open on New Year's Day: until then nobody can approve, and nobody is late.
    opens_at = datetime(plan.year, 1, 1, tzinfo=clock.SHANGHAI)
    plan.submitted_at, plan.due_at = now, deadline(max(now, opens_at), working_days=days)
    facts = {"edition": plan.edition, "amount_fen": plan.amount_fen, "submission_no": plan.submission_no}
    advance(plan, "submit", actor, facts=facts)
    load_lines([plan])


def _require_other_eyes(plan: FundUsePlan, actor: Actor) -> None:
    """Four eyes; said in words of its own, because somebody may hold posts on both sides.

    Before anything is looked at: who may not decide hears that, and not how the money stands.
    """
    if decides_budgets(actor, plan) and actor.user_id in plan.maker_ids:
        raise Refusal("plan.maker_decides", number=plan.number)
    authorize(actor, "fund_use_plan.decide", plan)
