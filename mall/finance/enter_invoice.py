"""Entering invoices and credit notes: a number serves once in the province, amounts fit the acceptance to the fen."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.database import session
from mall.documents.advance import enter
from mall.errors import Refusal
from mall.finance.invoice import CreditNote, Invoice, credit_notes_of, invoices_of
from mall.finance.reckon_settlement import reckon
from mall.finance.settlement import SETTLING, settlement_of
from mall.fulfilment.acceptance import acceptances_of
from mall.ordering.order import Order
from mall.ordering.order_action import order_action, require_reason

# Fully digital invoices carry 20 digits, older ones 8 (with a 10 or 12-digit code before them).
_NUMBER = re.compile(r"[0-9]{8}|[0-9]{18}|[0-9]{20}")
#: a credit note can still come when all is paid and over, or when everything went back
CREDITABLE = (*SETTLING, "closed", "cancelled")


@order_action("invoice")
def enter_invoice(
    order: Order,
    *,
    actor: Actor,
    number_of_invoice: str,
    issued_on: date,
    amount_fen: int,
    acceptances: list[str] | None = None,
) -> None:
    """Match acceptance and invoice: all that has no invoice yet, or the sheets named, also while more is to come.

    Raises Refusal "invoice.bad_number", "invoice.number_used", "invoice.not_matching", "invoice.in_future",
    "invoice.unknown_sheet".
    """
    if order.state not in SETTLING:
        order.states.step("invoice", order.state)
    authorize(actor, "order.invoice", order)
    cleaned = _number(number_of_invoice)
    _require_past(issued_on)
    figures = settlement_of(order)
    if not figures.to_invoice_fen:
        order.states.step("invoice", order.state)
    sheets, due_fen = _sheets(order, acceptances, to_invoice_fen=figures.to_invoice_fen)
    if amount_fen != due_fen:
        raise Refusal(
            "invoice.not_matching", amount_fen=amount_fen, accepted_fen=due_fen, ordered_fen=figures.contract_fen
        )
    _require_unused(cleaned)
    session().add(
        Invoice(
            order_id=order.id,
            supplier_id=order.supplier_id,
            number=cleaned,
            issued_on=issued_on,
            amount_fen=amount_fen,
            acceptances=sheets,
            entered_by=actor.name,
            entered_at=clock.now(),
        )
    )
    facts = {"invoice": cleaned, "amount_fen": amount_fen, "acceptances": sheets}
    if amount_fen < figures.to_invoice_fen or order.state != "accepted":
        enter(order, "invoice_part", actor, permission="order.invoice", facts=facts)
    reckon(order, action="invoice", actor=actor, facts=facts)


@order_action("credit_note")
def enter_credit_note(
    order: Order, *, actor: Actor, number_of_note: str, invoice: str, issued_on: date, amount_fen: int, reason: str
) -> None:
    """Take back part or all of an invoice (红字发票): what was cut, what went back, or what was written wrong.

    Raises Refusal "invoice.bad_number", "invoice.number_used", "invoice.in_future", "invoice.unknown",
    "invoice.credit_too_much".
    """
    if order.state not in CREDITABLE:
        raise Refusal("state.not_possible", action="credit_note", state=order.state, kind="order")
    authorize(actor, "order.invoice", order)
    cleaned = _number(number_of_note)
    _require_past(issued_on)
    against = next((one for one in invoices_of(order.id) if one.number == re.sub(r"[\s-]", "", invoice)), None)
    if against is None:
        raise Refusal("invoice.unknown", invoice=invoice)
    credited_fen = sum(note.amount_fen for note in credit_notes_of(order.id) if note.invoice_id == against.id)
    most_fen = min(settlement_of(order).creditable_fen, against.amount_fen - credited_fen)
    if not 0 < amount_fen <= most_fen:
        raise Refusal("invoice.credit_too_much", amount_fen=amount_fen, most_fen=max(0, most_fen))
    _require_unused(cleaned)
    session().add(
        CreditNote(
            order_id=order.id,
            invoice_id=against.id,
            supplier_id=order.supplier_id,
            number=cleaned,
            issued_on=issued_on,
            amount_fen=amount_fen,
            reason=require_reason(reason),
            entered_by=actor.name,
            entered_at=clock.now(),
        )
    )
    facts = {"credit_note": cleaned, "invoice": against.number, "amount_fen": amount_fen}
    enter(order, "credit_note", actor, permission="order.invoice", note=reason, facts=facts)
    reckon(order)


def _number(typed: str) -> str:
    cleaned = re.sub(r"[\s-]", "", typed)
    if not _NUMBER.fullmatch(cleaned):
        raise Refusal("invoice.bad_number", invoice=typed)
    return cleaned


def _require_past(issued_on: date) -> None:
    if issued_on > clock.today():
        raise Refusal("invoice.in_future", issued_on=issued_on)


def _require_unused(number: str) -> None:
    # Two suppliers entering one number at the same moment meet at the unique key; this is for the friendly words.
    for table in (Invoice, CreditNote):
        if session().scalar(select(table.id).where(table.number == number)) is not None:
            raise Refusal("invoice.number_used", invoice=number)


def _sheets(order: Order, chosen: list[str] | None, *, to_invoice_fen: int) -> tuple[list[str], int]:
    """The sheets that an invoice is for, and what it must come to."""
    taken = {number for one in invoices_of(order.id) for number in one.acceptances}
    free = {sheet.number: sheet for sheet in acceptances_of(order.id) if sheet.number not in taken}
    if chosen is None:
        return list(free), to_invoice_fen
    unknown = [number for number in chosen if number not in free]
    if unknown or not chosen:
        raise Refusal("invoice.unknown_sheet", acceptance=(unknown or [""])[0])
    return sorted(set(chosen)), min(to_invoice_fen, sum(free[number].amount_fen for number in set(chosen)))
