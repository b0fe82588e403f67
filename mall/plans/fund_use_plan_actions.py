"""Every action that a person may take on a fund-use plan: its body and its use-case, for pages and the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.documents.document_action import Body, Nothing, WithNote, WithReason, body_in_shape
from mall.errors import Refusal
from mall.plans.check_fund_use_plan import AMOUNT_FEN_MAX, CATEGORY_MAX, LINES_MAX, PURPOSE_MAX, PlannedMonth
from mall.plans.decide_fund_use_plan import (
    approve_fund_use_plan,
    return_fund_use_plan,
    submit_fund_use_plan,
    withdraw_fund_use_plan,
)
from mall.plans.draw_up_fund_use_plan import REASON_MAX, edit_fund_use_plan
from mall.plans.fund_use_plan import FundUsePlan
from mall.plans.fund_use_plan_action import UseCase
from mall.plans.settle_held_lines import PLEA_MAX, adjust_budget_for_line, exempt_line, plead_for_line, repoint_line

_LineId = Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]
_LineNo = Annotated[StrictInt, Field(ge=1, le=LINES_MAX)]


class PlanLine(Body):
    """An amount in a month of a budget line; negative where a change takes it out of the month."""

    budget_line_id: _LineId
    month: Annotated[StrictInt, Field(ge=1, le=12)]
    amount_fen: Annotated[StrictInt, Field(ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX)]
    purpose: Annotated[str, Field(max_length=PURPOSE_MAX)] = ""
    category_code: Annotated[str, Field(max_length=CATEGORY_MAX)] = ""

    def as_planned(self) -> PlannedMonth:
        return PlannedMonth(**self.model_dump())


class Approval(WithNote):
    edition: Annotated[StrictInt, Field(ge=1, le=10**6)] | None = Field(
        default=None, description="The version that was read; another one is not approved"
    )


class Plea(Body):
    """Why a held line should pass as it stands."""

    line_no: _LineNo
    reason: Annotated[str, Field(max_length=PLEA_MAX)]


class Exemption(WithNote):
    line_no: _LineNo


class Repointing(Body):
    """The procurement line on which a held line is planned instead."""

    line_no: _LineNo
    budget_line_id: _LineId


class Adjustment(Body):
    """The procurement line that gets the money of a held line; without it the transfer opens a new one."""

    line_no: _LineNo
    budget_line_id: _LineId | None = None


class PlanEdition(Body):
    """What takes the place of a draft's or returned plan's content."""

    lines: Annotated[list[PlanLine], Field(max_length=LINES_MAX)]
    reason: Annotated[str, Field(max_length=REASON_MAX)] = ""
    is_submitted: StrictBool = False


@dataclass(frozen=True)
class FundUsePlanAction:
    """One action, its body and its use-case; its name is the state table's."""

    name: str
    body: type[Body]
    use_case: UseCase


ACTIONS: dict[str, FundUsePlanAction] = {
    action.name: action
    for action in (
        FundUsePlanAction("submit", Nothing, submit_fund_use_plan),
        FundUsePlanAction("approve", Approval, approve_fund_use_plan),
        FundUsePlanAction("return", WithReason, return_fund_use_plan),
        FundUsePlanAction("exempt", Exemption, exempt_line),
        FundUsePlanAction("plead", Plea, plead_for_line),
        FundUsePlanAction("repoint", Repointing, repoint_line),
        FundUsePlanAction("adjust", Adjustment, adjust_budget_for_line),
        FundUsePlanAction("edit", PlanEdition, edit_fund_use_plan),
        FundUsePlanAction("withdraw", WithNote, withdraw_fund_use_plan),
    )
}
#: actions on one held line, offered beside it
LINE_ACTIONS = ("exempt", "plead", "repoint", "adjust")


def perform(
    action: str,
    *,
    actor: Actor,
    number: str,
    body: dict[str, Any] | None = None,
    request_key: str | None = None,
) -> FundUsePlan:
    """Take an action. Returns the plan afterwards.

    Raises Refusal "plan.unknown_action", "request.invalid" (facts: errors=[{field, message}]) and whatever the
    use-case refuses.
    """
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("plan.unknown_action", action=action[:60])
    given = body_in_shape(found.body, body)
    facts = given.model_dump()
    if isinstance(given, PlanEdition):
        facts["lines"] = [line.as_planned() for line in given.lines]
    return found.use_case(actor=actor, number=number, request_key=request_key, **facts)


def possible(plan: FundUsePlan, actor: Actor) -> list[str]:
    """The actions that this actor may take on this plan now, in the order of the road."""
    permitted = {step.action for step in plan.states.steps_from(plan.state) if may(actor, step.permission, plan)}
    if not any(judgement.outcome == "held" for judgement in plan.judgements.values()):
        permitted -= set(LINE_ACTIONS)
    return [name for name in ACTIONS if name in permitted]
