"""Every action that a person may take on a case: its body, its use-case, and who sees its button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.documents.document_action import Body, WithNote, WithReason, body_in_shape
from mall.errors import Refusal
from mall.finance.keep_attachment import KeptFile
from supervision.cases.answer_case import TEXT_MAX, appeal, explain_case, rectify
from supervision.cases.handle_case import (
    ask_parties,
    ask_rectification,
    assign_case,
    close_case,
    confirm_case,
    dismiss_case,
    overturn_decision,
    send_rectification_back,
    take_over_case,
    uphold_decision,
    verify_rectification,
)
from supervision.cases.watch_case import ASKED, WatchCase
from supervision.finding import DATA_CODES, REASONABLE_CODES, RULE_CODES

#: how a case is dismissed
DISMISS_CODES = (*REASONABLE_CODES, *DATA_CODES, *RULE_CODES)

_Words = Annotated[str, Field(max_length=TEXT_MAX)]
_Reason = Annotated[str, Field(max_length=500)]


class Assignment(Body):
    person_id: int | None = None
    note: _Reason = ""


class Question(Body):
    parties: Literal[ASKED]  # type: ignore[valid-type]
    question: _Reason
    grounds: _Reason


class Decision(Body):
    note: _Reason


class CodedDecision(Body):
    review_code: Literal[DISMISS_CODES]  # type: ignore[valid-type]
    note: _Reason


class Rectification(Body):
    question: _Reason


class Statement(Body):
    words: _Words


@dataclass(frozen=True)
class CaseAction:
    """One action of the state table. `takes_files`: its use-case takes `attachments` beside the body."""

    name: str
    body: type[Body]
    use_case: Callable[..., WatchCase]
    takes_files: bool = False


ACTIONS: dict[str, CaseAction] = {
    action.name: action
    for action in (
        CaseAction("explain", Statement, explain_case, takes_files=True),
        CaseAction("rectify", Statement, rectify, takes_files=True),
        CaseAction("appeal", Statement, appeal, takes_files=True),
        CaseAction("confirm", Decision, confirm_case),
        CaseAction("ask", Question, ask_parties),
        CaseAction("dismiss", CodedDecision, dismiss_case),
        CaseAction("ask_rectification", Rectification, ask_rectification),
        CaseAction("verify", WithNote, verify_rectification),
        CaseAction("send_back", WithReason, send_rectification_back),
        CaseAction("close", WithNote, close_case),
        CaseAction("uphold", Decision, uphold_decision),
        CaseAction("overturn", CodedDecision, overturn_decision),
        CaseAction("assign", Assignment, assign_case),
        CaseAction("take_over", WithReason, take_over_case),
    )
}


def perform(
    action: str,
    *,
    actor: Actor,
    number: str,
    body: dict[str, Any] | None = None,
    attachments: Sequence[KeptFile] = (),
    request_key: str | None = None,
) -> WatchCase:
    """Take an action. Raises Refusal "case.unknown_action", "request.invalid" and those of the use-case."""
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("case.unknown_action", action=action[:60])
    facts: dict[str, Any] = body_in_shape(found.body, body).model_dump()
    if found.takes_files:
        facts["attachments"] = tuple(attachments)
    return found.use_case(actor=actor, number=number, request_key=request_key, **facts)


def possible(case: WatchCase, actor: Actor) -> list[str]:
    """The actions that this actor may take on this case now, in the order of ACTIONS."""
    permitted = {step.action for step in case.states.steps_from(case.state) if may(actor, step.permission, case)}
    may_appeal = case.appealed_at is None and case.appeal_until is not None and clock.today() <= case.appeal_until
    if not may_appeal:
        permitted.discard("appeal")
    elif case.state == "confirmed":
        permitted.discard("close")
    return [name for name in ACTIONS if name in permitted]
