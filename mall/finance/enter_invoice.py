"""Entering the invoice: a number is used once in the province, and its amount is what was accepted, to the fen."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.finance.invoice import Invoice
from mall.fulfilment.acceptance import acceptances_of
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action

# Fully digital invoices carry 20 digits, older ones 8 (with a 10 or 12-digit code before them).
_NUMBER = re.compile(r"[0-9]{8}|[0-9]{18}|[0-9]{20}")


@order_action("invoice")
def enter_invoice(order: Order, *, actor: Actor, number_of_invoice: str, issued_on: date, amount_fen: int) -> None:
    """Match order, acceptance and invoice. Raises Refusal "invoice.bad_number", "invoice.number_used",
    "invoice.not_matching", "invoice.in_future"."""
    order.states.step("invoice", order.state)
    cleaned = re.sub(r"[\s-]", "", number_of_invoice)
    if not _NUMBER.fullmatch(cleaned):
        raise Refusal("invoice.bad_number", invoice=number_of_invoice)
    if issued_on > clock.today():
        raise Refusal("invoice.in_future", issued_on=issued_on)
    accepted_fen = sum(sheet.amount_fen for sheet in acceptances_of(order.id))
    ordered_fen = sum(line.contract_amount_fen for line in order.lines)
    if not amount_fen == accepted_fen == ordered_fen:
        raise Refusal("invoice.not_matching", amount_fen=amount_fen, accepted_fen=accepted_fen, ordered_fen=ordered_fen)
    # Two suppliers entering one number at the same moment meet at the unique key; this is for the friendly words.
    if session().scalar(select(Invoice.id).where(Invoice.number == cleaned)) is not None:
        raise Refusal("invoice.number_used", invoice=cleaned)
    session().add(
        Invoice(
            order_id=order.id,
            supplier_id=order.supplier_id,
            number=cleaned,
            issued_on=issued_on,
            amount_fen=amount_fen,
            entered_by=actor.name,
            entered_at=clock.now(),
        )
    )
    take_step(order, "invoice", actor, facts={"invoice": cleaned, "amount_fen": amount_fen})
