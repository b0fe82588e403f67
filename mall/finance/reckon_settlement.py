"""Bringing an order to the state that its money says, after every step of a paper that moves money."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from mall.access.actor import SYSTEM, Actor
from mall.database import session
from mall.finance.payment_clock import installments_of
from mall.finance.payment_request import PaymentRequest
from mall.finance.settlement import RECKONED, settlement_of
from mall.ordering.close_order import close_if_done
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order

#: the system's own names for a move that no person's step is named after
MOVES = {
    "accepted": "reckon_accepted",
    "invoiced": "reckon_invoiced",
    "payment_requested": "reckon_requested",
    "in_payment": "reckon_in_payment",
    "retained": "reckon_retained",
    "paid": "reckon_paid",
}


def reckon(
    order: Order, *, action: str = "", actor: Actor = SYSTEM, note: str = "", facts: dict[str, Any] | None = None
) -> None:
    """Take the order, locked by the caller, to the state of its figures. Where `action` leads there by the state
    table, the step bears its name and the actor's; otherwise it is the system's."""
    session().flush()
    if order.state in RECKONED:
        _move(order, action=action, actor=actor, note=note, facts=facts)
    order.payment_due_on = _next_due_on(order)
    session().flush()
    close_if_done(order)


def _move(order: Order, *, action: str, actor: Actor, note: str, facts: dict[str, Any] | None) -> None:
    figures = settlement_of(order)
    if not figures.accepted_fen and not figures.to_accept_fen and not _was_ever_paid(order):
        take_step(order, "return_whole", SYSTEM, note=note, facts=facts)
        return
    wanted = figures.state
    if wanted == order.state:
        return
    step = next((step for step in order.states.steps_from(order.state) if step.action == action), None)
    if step is not None and step.after == wanted:
        take_step(order, action, actor, note=note, facts=facts)
    else:
        take_step(order, MOVES[wanted], SYSTEM, note=note, facts=facts)


def _was_ever_paid(order: Order) -> bool:
    paid = select(func.count()).where(PaymentRequest.order_id == order.id, PaymentRequest.state == "paid")
    return bool(session().scalar(paid))


def _next_due_on(order: Order):
    """The day of what is owed next; once all is paid, the day that the last of it was owed."""
    parts = installments_of([order]).get(order.id, [])
    open_parts = [part for part in parts if part.open_fen]
    return min((part.due_on for part in open_parts), default=None) or max(
        (part.due_on for part in parts), default=order.payment_due_on
    )
