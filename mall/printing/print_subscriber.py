"""Entering documents into the public register of verification codes as soon as they come into being."""

from __future__ import annotations

from mall.ordering.order import order_numbered
from mall.outbox.event import Event, subscribes
from mall.printing.print_order import enter_documents


@subscribes("order.submit", "order.confirm", "order.accept_part", "order.accept", "order.request_payment")
def enter_new_documents(event: Event) -> None:
    """Idempotent: a document that stands in the register stays as it is."""
    enter_documents(order_numbered(event.document.removeprefix("order:")))
