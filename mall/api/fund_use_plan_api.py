"""Fund-use plans in the API: drawing up, listing, reading, and the steps of their road."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify, url_for
from flask_openapi3 import APIBlueprint, Tag
from pydantic import ConfigDict, Field, StrictInt
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.api.answer_once import answered_once
from mall.api.document_routes import (
    ApiDocument,
    add_action_routes,
    newest_first,
    number_asked_for,
    refuse_unknown_actions,
)
from mall.api.fund_use_plan_shape import FundUsePlanRowsShape, FundUsePlanShape, plan_rows, whole_plan
from mall.api.key_header import answer_response, describe_key
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, NumberPath, Question, reads, request_key
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan
from mall.plans.fund_use_plan import FundUsePlan, load_lines
from mall.plans.fund_use_plan_actions import ACTIONS, PlanEdition, perform
from mall.plans.fund_use_plan_kinds import KINDS
from mall.plans.fund_use_plan_states import FUND_USE_PLAN_STATES
from mall.plans.list_fund_use_plans import FundUsePlanFilter, narrowed
from mall.plans.visible_fund_use_plans import visible_plan, visible_to
from mall.web.names import ACTIONS as ACTION_NAMES

api = describe_problem(
    APIBlueprint(
        "api_fund_use_plans",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="fund-use plans", description="用款计划 / Fund-use plans")],
        abp_security=[{"bearer": []}],
    )
)

PlanState = Literal[FUND_USE_PLAN_STATES.states]  # type: ignore[valid-type]
PlanKind = Literal[tuple(KINDS)]  # type: ignore[valid-type]
_Year = Annotated[StrictInt, Field(ge=2000, le=2127)]


class NewFundUsePlan(PlanEdition):
    """A plan for one unit and year; with `is_submitted` it goes to the budget officers at once."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    unit_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]
    year: _Year
    kind: PlanKind


class FundUsePlansQuery(Question):
    """Which plans to list; `held`: 1 for those with lines that are still held."""

    unit_id: Annotated[Digits, Field(ge=1, le=2**63 - 1)] | None = None
    kind: PlanKind | None = None
    state: PlanState | None = None
    held: Annotated[Digits, Field(ge=0, le=1)] = 0
    year: Annotated[Digits, Field(ge=2000, le=2127)] | None = None
    limit: Annotated[Digits, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@api.get(
    "/fund-use-plans",
    summary="用款计划列表 / List fund-use plans, newest first",
    operation_id="listFundUsePlans",
    responses={200: FundUsePlanRowsShape, **problems(401, 403)},
)
@needs("fund_use_plan.read")
@reads
def index(query: FundUsePlansQuery) -> Response:
    """The plans that this person may see; `next` is the cursor of the following page, null at the end."""
    actor = current_actor()
    wanted = FundUsePlanFilter(
        unit_id=query.unit_id,
        kind=query.kind or "",
        state=query.state or "",
        year=query.year,
        held=bool(query.held),
    )
    asked = narrowed(visible_to(actor, select(FundUsePlan)), wanted)
    shown, following = newest_first(asked, FundUsePlan.id, limit=query.limit, cursor=query.cursor)
    load_lines(shown)
    return jsonify(items=plan_rows(shown), next=following)


@api.get(
    "/fund-use-plans/<number>",
    summary="查看用款计划 / Read one fund-use plan",
    operation_id="readFundUsePlan",
    responses={200: FundUsePlanShape, **problems(401, 403, 404)},
)
@needs("fund_use_plan.read")
@reads
def show(path: NumberPath) -> Response:
    """With its history and what is held of it, and why. A foreign plan and one that does not exist look the same."""
    actor = current_actor()
    return jsonify(whole_plan(visible_plan(actor, number_asked_for(path.number, unknown="plan.unknown")), actor=actor))


@api.post(
    "/fund-use-plans",
    summary="填制用款计划 / Draw up a fund-use plan",
    operation_id="drawUpFundUsePlan",
    responses={201: FundUsePlanShape, **problems(400, 401, 403, 404, 409, 413, 415)},
)
@needs("fund_use_plan.draw_up")
@reads
def draw_up(body: NewFundUsePlan) -> Response:
    """Only the unit's accountant; a submission judges every line against the procurement catalogue."""
    answer = _draw_up_once(actor=current_actor(), request_key=request_key(), body=body.model_dump(), given=body)
    response = answer_response(answer, status=201)
    response.headers["Location"] = url_for("api_fund_use_plans.show", number=answer.body["number"])
    return response


def _draw_up(*, actor: Actor, given: NewFundUsePlan) -> dict[str, Any]:
    plan = draw_up_fund_use_plan(
        actor=actor,
        unit_id=given.unit_id,
        year=given.year,
        kind=given.kind,
        lines=[line.as_planned() for line in given.lines],
        reason=given.reason,
        is_submitted=given.is_submitted,
    )
    return whole_plan(plan, actor=actor)


_draw_up_once = answered_once("draw_up_fund_use_plan", _draw_up)


refuse_unknown_actions(api, "fund-use-plans", permission="fund_use_plan.read", refusal="plan.unknown_action")


def _answer(action: str, **asked: Any) -> dict[str, Any]:
    return whole_plan(perform(action, **asked), actor=asked["actor"])


_KIND = ApiDocument(
    path="fund-use-plans",
    name="fund_use_plan",
    noun="plan",
    permission="fund_use_plan.read",
    shape=FundUsePlanShape,
    unknown="plan.unknown",
    answer=_answer,
    keyed_as="plan",
)
add_action_routes(
    api,
    _KIND,
    ACTIONS,
    titles={name: f"{ACTION_NAMES[name]} / {name.capitalize()} a fund-use plan" for name in ACTIONS},
)
describe_key(api)
