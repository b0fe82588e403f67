"""Every action that a person may take on a worksheet: its body and its use-case, for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.predicates import decides_budgets, in_buying_unit
from mall.documents.document_action import Body, Nothing, WithNote, WithReason, body_in_shape
from mall.errors import Refusal
from mall.year_end.decide_worksheet import approve_worksheet, return_worksheet, sign_worksheet
from mall.year_end.draw_up_worksheet import edit_worksheet, propose_again, submit_worksheet, withdraw_worksheet
from mall.year_end.execute_worksheet import execute_worksheet
from mall.year_end.worksheet import TREATMENTS, YearEndWorksheet
from mall.year_end.worksheet_action import UseCase


class Reading(WithNote):
    edition: Annotated[StrictInt, Field(ge=1, le=10**6)] | None = Field(
        default=None, description="The version that was read; another one is not signed"
    )


class Edition(Body):
    treatments: dict[Annotated[str, Field(max_length=10)], Literal[TREATMENTS]]  # type: ignore[valid-type]
    note: Annotated[str, Field(max_length=500)] = ""
    is_submitted: StrictBool = False


@dataclass(frozen=True)
class WorksheetAction:
    """One action, its body and its use-case; its name is the state table's."""

    name: str
    body: type[Body]
    use_case: UseCase


ACTIONS: dict[str, WorksheetAction] = {
    action.name: action
    for action in (
        WorksheetAction("submit", Nothing, submit_worksheet),
        WorksheetAction("edit", Edition, edit_worksheet),
        WorksheetAction("sign", Reading, sign_worksheet),
        WorksheetAction("approve", Reading, approve_worksheet),
        WorksheetAction("execute", Nothing, execute_worksheet),
        WorksheetAction("return", WithReason, return_worksheet),
        WorksheetAction("propose", Nothing, propose_again),
        WorksheetAction("withdraw", WithNote, withdraw_worksheet),
    )
}


def perform(
    action: str, *, actor: Actor, number: str, body: dict[str, Any] | None = None, request_key: str | None = None
) -> YearEndWorksheet:
    """Take an action. Returns the worksheet afterwards.

    Raises Refusal "worksheet.unknown_action", "request.invalid" (facts: errors=[{field, message}]) and whatever the
    use-case refuses.
    """
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("worksheet.unknown_action", action=action[:60])
    given = body_in_shape(found.body, body)
    return found.use_case(actor=actor, number=number, request_key=request_key, **given.model_dump())


def possible(worksheet: YearEndWorksheet, actor: Actor) -> list[str]:
    """The actions that this actor may take on this worksheet now, in the order of the road."""
    permitted = {
        step.action
        for step in worksheet.states.steps_from(worksheet.state)
        if may(actor, step.permission, worksheet) and not _is_for_others(step.action, worksheet, actor)
    }
    return [name for name in ACTIONS if name in permitted]


def _is_for_others(action: str, worksheet: YearEndWorksheet, actor: Actor) -> bool:
    """Whether four eyes stand in the way: no button that can only be refused."""
    return action == "approve" and actor.user_id == worksheet.signer_id


def has_no_other_eyes(worksheet: YearEndWorksheet, actor: Actor) -> bool:
    """Whether the step that waits is hers by her post, but not by her hand in the worksheet."""
    if worksheet.state == "submitted":
        return in_buying_unit("finance")(actor, worksheet) and actor.user_id in worksheet.maker_ids
    if worksheet.state == "signed":
        hands = (*worksheet.maker_ids, worksheet.signer_id)
        return decides_budgets(actor, worksheet) and actor.user_id in hands
    return False
