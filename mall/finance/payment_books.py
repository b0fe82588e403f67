"""What the steps of a payment request post; each names its budget lines, the months of their plans and its channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ledger import movements
from ledger.cash_plan import months_from_text
from ledger.chart_of_accounts import Channel
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.finance.payment_request import PaymentRequest


def request_payment(payment: PaymentRequest, facts: dict[str, Any]) -> list[Posting]:
    """Approved by the unit: accrued -> in payment, plan money of the months drawn -> requested."""
    entries = movements.request_payment(
        amounts_of(payment), document=payment.order_reference, plan=months_from_text(payment.plan)
    )
    return [_posting(payment, "request", entries)]


def recall(payment: PaymentRequest, facts: dict[str, Any]) -> list[Posting]:
    """Taken back before any instruction left: in payment -> accrued, plan money back to its months."""
    entries = movements.refuse_payment_before_send(
        amounts_of(payment), document=payment.order_reference, plan=months_from_text(payment.plan)
    )
    return [_posting(payment, "recall", entries)]


def send_to_treasury(payment: PaymentRequest, facts: dict[str, Any]) -> list[Posting]:
    """Batch sent: outstanding / to send."""
    return [_posting(payment, "send", movements.send(amounts_of(payment), document=payment.order_reference))]


def confirm_paid(payment: PaymentRequest, facts: dict[str, Any]) -> list[Posting]:
    """Paid: in payment -> paid, with its financial, budgetary and treasury sides, by the payment's channel."""
    entries = movements.confirm(amounts_of(payment), document=payment.order_reference, channel=_channel(payment))
    return [_posting(payment, "confirm", entries)]


def refuse(payment: PaymentRequest, facts: dict[str, Any]) -> list[Posting]:
    """The treasury refused: in payment -> accrued; the instruction is withdrawn in the treasury book."""
    entries = movements.refuse_payment_after_send(
        amounts_of(payment), document=payment.order_reference, plan=months_from_text(payment.plan)
    )
    return [_posting(payment, "refuse", entries)]


def bounce(payment: PaymentRequest, facts: dict[str, Any]) -> list[Posting]:
    """Paid money came back: every side of the payment undone, and the money is owed and planned again."""
    entries = movements.bounce(
        amounts_of(payment),
        document=payment.order_reference,
        plan=months_from_text(payment.plan),
        channel=_channel(payment),
    )
    return [_posting(payment, "bounce", entries)]


def amounts_of(payment: PaymentRequest) -> dict[int, int]:
    """{budget line id: fen} of the payment."""
    return {int(budget_line_id): amount_fen for budget_line_id, amount_fen in payment.amounts.items()}


def _channel(payment: PaymentRequest) -> Channel:
    return cast(Channel, payment.channel)


def _posting(payment: PaymentRequest, event: str, entries: list[Any]) -> Posting:
    return Posting(
        region_code=payment.region_code,
        year=payment.year,
        source_type="payment",
        source_id=payment.number,
        event=event,
        entries=entries,
        causation=payment.order_reference,
    )
