"""Answering a finding: the unit's accountant explains, a budget officer accepts with a reason or keeps it open."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.access.predicates import decides_budgets
from mall.database import session
from mall.documents.advance import advance
from mall.documents.document_action import Body, body_in_shape, document_action
from mall.errors import Refusal
from mall.ordering.order import Order
from mall.payment_watch.payment_finding import ACCEPTED_BECAUSE, EXPLANATIONS, KEPT_BECAUSE, PaymentFinding
from mall.payment_watch.visible_payments import visible_finding

TEXT_MAX = 1000

UseCase = Callable[..., PaymentFinding]


_finding_action = functools.partial(document_action, kind="payment_finding", visible=visible_finding)


@_finding_action("explain")
def explain_payment_finding(
    finding: PaymentFinding,
    *,
    actor: Actor,
    explanation: str,
    text: str,
    order_number: str = "",
    approval_number: str = "",
) -> None:
    """Say what the payment was. An explanation by an order names one of this unit, one by a contract its approval.

    Raises Refusal "finding.order_needed", "finding.approval_needed", "order.reason_needed".
    """
    finding.states.step("explain", finding.state)
    authorize(actor, "payment_finding.explain", finding)
    text, order_number, approval_number = (each.strip() for each in (text, order_number, approval_number))
    if len(text) < 2:
        raise Refusal("order.reason_needed")
    if explanation == "order":
        _require_own_order(finding, order_number)
    if explanation == "outside_contract" and not approval_number:
        raise Refusal("finding.approval_needed")
    finding.explanation, finding.explanation_text = explanation, text
    finding.order_number, finding.approval_number = order_number, approval_number
    finding.explained_by_id, finding.decided_by_id, finding.decision_code = actor.user_id, None, ""
    facts = {"explanation": explanation, "order_number": order_number, "approval_number": approval_number}
    advance(finding, "explain", actor, note=text, facts=facts)


@_finding_action("accept")
def accept_payment_finding(finding: PaymentFinding, *, actor: Actor, reason_code: str, note: str = "") -> None:
    """Let the explanation stand. Raises Refusal("finding.explainer_decides")."""
    _decide(finding, "accept", actor=actor, reason_code=reason_code, note=note)
    finding.due_at = None


@_finding_action("keep_open")
def keep_payment_finding_open(finding: PaymentFinding, *, actor: Actor, reason_code: str, note: str = "") -> None:
    """The explanation is not enough: the unit is asked again. Raises Refusal("finding.explainer_decides")."""
    _decide(finding, "keep_open", actor=actor, reason_code=reason_code, note=note)


def _decide(finding: PaymentFinding, action: str, *, actor: Actor, reason_code: str, note: str) -> None:
    finding.states.step(action, finding.state)
    if decides_budgets(actor, finding) and finding.explained_by_id == actor.user_id:
        raise Refusal("finding.explainer_decides", number=finding.number)
    authorize(actor, "payment_finding.decide", finding)
    finding.decided_by_id, finding.decision_code = actor.user_id, reason_code
    advance(finding, action, actor, note=note.strip(), facts={"reason_code": reason_code})


def _require_own_order(finding: PaymentFinding, order_number: str) -> None:
    known = session().scalar(select(Order.id).where(Order.number == order_number, Order.unit_id == finding.unit_id))
    if known is None:
        raise Refusal("finding.order_needed", order_number=order_number[:60])


class Explanation(Body):
    explanation: Literal[EXPLANATIONS]  # type: ignore[valid-type]
    text: Annotated[str, Field(min_length=2, max_length=TEXT_MAX)]
    order_number: Annotated[str, Field(max_length=60)] = ""
    approval_number: Annotated[str, Field(max_length=100)] = ""


class Acceptance(Body):
    reason_code: Literal[ACCEPTED_BECAUSE]  # type: ignore[valid-type]
    note: Annotated[str, Field(max_length=500)] = ""


class KeptOpen(Body):
    reason_code: Literal[KEPT_BECAUSE]  # type: ignore[valid-type]
    note: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True)
class FindingAction:
    """One action, its body and its use-case; its name is the state table's."""

    name: str
    body: type[Body]
    use_case: UseCase


ACTIONS: dict[str, FindingAction] = {
    action.name: action
    for action in (
        FindingAction("explain", Explanation, explain_payment_finding),
        FindingAction("accept", Acceptance, accept_payment_finding),
        FindingAction("keep_open", KeptOpen, keep_payment_finding_open),
    )
}


def perform(
    action: str, *, actor: Actor, number: str, body: dict[str, Any] | None = None, request_key: str | None = None
) -> PaymentFinding:
    """Take an action. Raises Refusal "finding.unknown_action", "request.invalid" and those of the use-case."""
    found = ACTIONS.get(action)
    if found is None:
        raise Refusal("finding.unknown_action", action=action[:60])
    given = body_in_shape(found.body, body)
    return found.use_case(actor=actor, number=number, request_key=request_key, **given.model_dump())


def possible(finding: PaymentFinding, actor: Actor) -> list[str]:
    """The actions that this actor may take on this finding now."""
    permitted = {
        step.action for step in finding.states.steps_from(finding.state) if may(actor, step.permission, finding)
    }
    return [name for name in ACTIONS if name in permitted]
