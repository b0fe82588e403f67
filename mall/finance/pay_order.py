"""Asking for payment: the accountant requests, another person of the unit's finance approves, money is in payment."""

from __future__ import annotations

from collections import defaultdict

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.documents.advance import advance
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.finance.invoice import invoice_of
from mall.finance.payment_request import PaymentRequest, open_payment_request
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action, require_reason
from mall.suppliers.supplier import supplier


@order_action("request_payment")
def request_payment(order: Order, *, actor: Actor) -> None:
    """Request the accepted and invoiced amount for the supplier's account, split by budget line."""
    order.states.step("request_payment", order.state)
    invoice = invoice_of(order.id)
    payee = supplier(order.supplier_id)
    if invoice is None or payee is None:
        raise Refusal("payment.no_invoice", number=order.number)
    amounts: dict[str, int] = defaultdict(int)
    for line in order.lines:
        if line.accepted_fen:
            amounts[str(line.budget_line_id)] += line.accepted_fen
    payment = PaymentRequest(
        number=next_number("payment", region_code=order.region_code, year=order.year),
        order_id=order.id,
        order_number=order.number,
        region_code=order.region_code,
        year=order.year,
        unit_id=order.unit_id,
        supplier_id=order.supplier_id,
        state="requested",
        amount_fen=sum(amounts.values()),
        amounts=dict(amounts),
        payee={"name": payee.name, "bank_name": payee.bank_name, "bank_account": payee.bank_account},
        accountant_id=actor.user_id or 0,
        requested_at=clock.now(),
        treasury_reference="",
        refusal_code="",
        refusal_reason="",
    )
    if payment.amount_fen != invoice.amount_fen:
        raise Refusal(
            "invoice.not_matching", amount_fen=invoice.amount_fen, accepted_fen=payment.amount_fen,
            ordered_fen=order.total_fen,
        )  # fmt: skip
    session().add(payment)
    take_step(order, "request_payment", actor, facts={"payment": payment.number, "amount_fen": payment.amount_fen})
    order.carried_by("accountant_id", actor.user_id)


@order_action("return_payment")
def return_payment(order: Order, *, actor: Actor, reason: str) -> None:
    """The unit's finance sends the request back to the accountant."""
    order.states.step("return_payment", order.state)
    payment = open_payment_request(order.id, lock=True)
    take_step(order, "return_payment", actor, note=require_reason(reason), facts={"payment": payment.number})
    order.carried_by("finance_id", actor.user_id)
    payment.refusal_reason = reason.strip()
    advance(payment, "return", actor, note=reason)


@order_action("approve_payment")
def approve_payment(order: Order, *, actor: Actor) -> None:
    """The unit's finance approves: accrued -> in payment; the request waits for the next batch."""
    order.states.step("approve_payment", order.state)
    payment = open_payment_request(order.id, lock=True)
    facts = {"payment": payment.number, "amounts": payment.amounts}
    take_step(order, "approve_payment", actor, facts=facts)
    order.carried_by("finance_id", actor.user_id)
    advance(payment, "approve", actor)
    payment.finance_id = actor.user_id
