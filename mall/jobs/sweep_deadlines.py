"""What happens when terms pass: silence declines, deems accepted, rates by default; others are reminded once."""

from __future__ import annotations

import structlog
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.finance.answer_change import release_due_retentions
from mall.fulfilment.accept_order import deem_accepted
from mall.ordering.answer_order import decline_order
from mall.ordering.close_order import close_if_done
from mall.ordering.order import Order, order_numbered
from mall.outbox.event import publish
from mall.ratings.rate_order import keep_rating

_log = structlog.get_logger("deadlines")
REMINDED = ("submitted", "endorsed", "returned", "accepted", "invoiced", "payment_requested")


def sweep_deadlines(*, limit: int = 500) -> int:
    """Act on every order whose term has passed. Returns how many were acted on; safe to run twice at once."""
    due = (
        session()
        .execute(
            select(Order.number, Order.state)
            .where(Order.due_at.is_not(None), Order.due_at < clock.now())
            .order_by(Order.due_at)
            .limit(limit)
        )
        .all()
    )
    close_reading()
    acted = release_due_retentions(limit=limit)
    for number, state in due:
        try:
            acted += _act(number, state)
        except Refusal as refusal:
            # Somebody was faster: the order has moved on. It is looked at again in the next sweep.
            _log.info("deadline.refused", order=number, state=state, code=refusal.code)
    return acted


def _act(number: str, state: str) -> int:
    if state == "approved":
        decline_order(actor=SYSTEM, number=number, reason="供应商在期限内未确认，按规定视为谢绝")
    elif state == "received":
        if not _deem(number):
            return 0
    elif state == "paid":
        _rate_by_default(number=number)
    elif state in REMINDED:
        _remind(number=number, state=state)
    else:
        return 0
    return 1


def _deem(number: str) -> bool:
    order = order_numbered(number)
    waiting = any(line.to_accept for line in order.lines)
    close_reading()
    if not waiting:
        _stop_term(number=number)
        return False
    deem_accepted(actor=SYSTEM, number=number)
    return True


@atomic(housekeeping="a term without an object ends; nothing was done to the order")
def _stop_term(*, number: str) -> None:
    order_numbered(number, lock=True).due_at = None


@atomic
def _rate_by_default(*, number: str) -> None:
    order = order_numbered(number, lock=True)
    if order.state != "paid" or order.due_at is None or order.due_at >= clock.now():
        return
    order.due_at = None
    if order.rated_at is None:
        keep_rating(order, goods=3, delivery=3, service=3, words="", rated_by=SYSTEM.name, is_default=True)
    record(actor=SYSTEM, action="order.rate_by_default", subject=order.reference)
    close_if_done(order)


@atomic
def _remind(*, number: str, state: str) -> None:
    order = order_numbered(number, lock=True)
    if order.state != state or order.due_at is None or order.due_at >= clock.now():
        return
    # One reminder per term: the term's end is kept in the event, and the term counts as used up.
    publish("order.overdue", document=order.reference, payload={"state": state, "due_at": order.due_at})
    record(actor=SYSTEM, action="order.overdue", subject=order.reference, facts={"state": state})
    order.due_at = None
