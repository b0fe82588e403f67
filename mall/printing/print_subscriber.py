"""Entering documents into the public register of verification codes as soon as they come into being."""

from __future__ import annotations

from sqlalchemy import select

from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.ordering.order import order_numbered
from mall.outbox.event import Event, subscribes
from mall.printing.print_order import enter_documents


@subscribes("order.submit", "order.confirm", "order.accept_part", "order.accept", "payment.request")
def enter_new_documents(event: Event) -> None:
    """Idempotent: a document that stands in the register stays as it is."""
    enter_documents(order_numbered(_order_number(event)))


def _order_number(event: Event) -> str:
    kind, _, number = event.document.partition(":")
    if kind == "order":
        return number
    return session().scalars(select(PaymentRequest.order_number).where(PaymentRequest.number == number)).one()
