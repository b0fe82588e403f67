"""Every action that a person may take on a budget document: its body and its use-case, for pages and the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.documents.document_action import Body, Nothing, WithNote, WithReason, body_in_shape
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_action import UseCase
from mall.finance.check_budget_document import AMOUNT_FEN_MAX, LINES_MAX, AmountOnLine
from mall.finance.decide_budget_document import (
    approve_budget_document,
    return_budget_document,
    submit_budget_document,
    withdraw_budget_document,
)
from mall.finance.draw_up_budget_document import BASIS_MAX, REASON_MAX, edit_budget_document


class DocumentLine(Body):
    """An amount on a budget line; negative where a transfer takes it from the line."""

    budget_line_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]
    amount_fen: Annotated[StrictInt, Field(ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX)]

    def as_amount(self) -> AmountOnLine:
        return AmountOnLine(budget_line_id=self.budget_line_id, amount_fen=self.amount_fen)


class Approval(WithNote):
    edition: Annotated[StrictInt, Field(ge=1, le=10**6)] | None = Field(
        default=None, description="The version that was read; another one is not approved"
    )


class DocumentEdition(Body):
    """What takes the place of a draft's or returned document's content."""

    lines: Annotated[list[DocumentLine], Field(max_length=LINES_MAX)]
    reason: Annotated[str, Field(max_length=REASON_MAX)]
    basis: Annotated[str, Field(max_length=BASIS_MAX, description="Legal basis or document number (文号)")]
    is_submitted: StrictBool = False


@dataclass(frozen=True)
class BudgetDocumentAction:
    """One action, its body and its use-case; its name is the state table's."""

    name: str
    body: type[Body]
    use_case: UseCase


ACTIONS: dict[str, BudgetDocumentAction] = {
    action.name: action
    for action in (
        BudgetDocumentAction("submit", Nothing, submit_budget_document),
        BudgetDocumentAction("approve", Approval, approve_budget_document),
        BudgetDocumentAction("return", WithReason, return_budget_document),
        BudgetDocumentAction("edit", DocumentEdition, edit_budget_document),
        BudgetDocumentAction("withdraw", WithNote, withdraw_budget_document),
    )
}


def perform(
    action: str,
    *,
    actor: Actor,
    number: str,
    body: dict[str, Any] | None = None,
    request_key: str | None = None,
    **more: Any,
) -> BudgetDocument:
    """Take an action. Returns the document afterwards; `more` is what no body carries, such as kept files.

    Raises Refusal "budget.unknown_action", "request.invalid" (facts: errors=[{field, message}]) and
    whatever the use-case refuses.
    """
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("budget.unknown_action", action=action[:60])
    given = body_in_shape(found.body, body)
    facts = given.model_dump()
    if isinstance(given, DocumentEdition):
        facts["lines"] = [line.as_amount() for line in given.lines]
    return found.use_case(actor=actor, number=number, request_key=request_key, **facts, **more)


def possible(document: BudgetDocument, actor: Actor) -> list[str]:
    """The actions that this actor may take on this document now, in the order of the road."""
    permitted = {
        step.action
        for step in document.states.steps_from(document.state)
        if may(actor, step.permission, document)
        and not (step.action == "edit" and (document.unit_id is None or document.opens_a_line))
    }
    return [name for name in ACTIONS if name in permitted]
