"""Settling a payment: what the word of the treasury or the bank does to the payment request and to its order.

Whoever reads the word (a file, a message, a clerk) has locked the order first and the payment after it, and has found
the amount right; here the two documents take their steps. All of it runs inside the caller's transaction.
"""

from __future__ import annotations

from typing import Any

from mall import clock
from mall.access.actor import SYSTEM
from mall.documents.advance import advance
from mall.finance.payment_request import PaymentRequest
from mall.finance.reckon_settlement import reckon
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order


def settle_paid(payment: PaymentRequest, order: Order, *, reference: str) -> None:
    """The money has left: sent -> paid. Raises Refusal("state.not_possible") for a payment that is not out."""
    _settled(payment, reference=reference)
    advance(payment, "pay", SYSTEM, facts={"treasury_reference": reference})
    reckon(order, action="pay", facts=_facts(payment))


def settle_refused(payment: PaymentRequest, order: Order, *, reference: str, reason: str) -> None:
    """The treasury will not pay: sent -> refused; the money is owed again, and the unit asks anew."""
    _settled(payment, reference=reference)
    payment.refusal_reason = reason
    advance(payment, "refuse", SYSTEM, note=reason, facts={"treasury_reference": reference})
    reckon(order, action="refuse_payment", note=reason, facts=_facts(payment))


def settle_bounced(payment: PaymentRequest, order: Order, *, reference: str, reason: str) -> None:
    """Paid money came back (退票): paid -> bounced; the money is owed again, also of an order that was closed."""
    if order.state == "closed":
        take_step(order, "open_again", SYSTEM, note=reason, facts={"payment": payment.number})
    payment.refusal_reason = reason
    advance(payment, "bounce", SYSTEM, note=reason, facts={"treasury_reference": reference})
    reckon(order, note=reason, facts=_facts(payment))


def _settled(payment: PaymentRequest, *, reference: str) -> None:
    payment.treasury_reference = reference
    payment.settled_at = clock.now()


def _facts(payment: PaymentRequest) -> dict[str, Any]:
    return {
        "payment": payment.number,
        "amounts": payment.amounts,
        "plan": payment.plan,
        "treasury_reference": payment.treasury_reference,
    }
