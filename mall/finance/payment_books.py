"""What the steps of a payment request post: sending it is the treasury book's; the rest is the order's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import movements
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.finance.payment_request import PaymentRequest


def send_to_treasury(payment: PaymentRequest, facts: dict[str, Any]) -> list[Posting]:
    """Batch sent: outstanding / sent."""
    document = f"order:{payment.order_number}"
    amounts = {int(budget_line_id): amount_fen for budget_line_id, amount_fen in payment.amounts.items()}
    return [
        Posting(
            region_code=payment.region_code,
            year=payment.year,
            source_type="payment",
            source_id=payment.number,
            event="send",
            entries=movements.send(amounts, document=document),
            causation=document,
        )
    ]
