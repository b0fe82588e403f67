"""Moving carried orders into the next year: their year and their lines; what was judged stays as it was."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_card import AssetCard
from mall.audit.record import record
from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.finance.refund_claim import RefundClaim
from mall.ordering.order import Order
from mall.ordering.order_carry import OrderCarry
from mall.outbox.event import publish
from mall.year_end.worksheet import YearEndWorksheet


def move_orders(
    orders: list[Order],
    *,
    moving: set[str],
    successors: Mapping[int, int],
    worksheet: YearEndWorksheet,
    actor: Actor,
) -> None:
    """Let these locked orders go into the next year: those in `moving` live there from now on, of the others only
    waiting assets and refund claims go. `successors`: {line: the next year's line}."""
    carried = {row.document for row in worksheet.rows if row.treatment == "carry"}
    for order in orders:
        if order.reference not in carried:
            continue
        is_moved = order.reference in moving
        _move_cards(order, successors, to_year=worksheet.year + 1)
        _move_claims(order, successors, to_year=worksheet.year + 1)
        if is_moved:
            _move(order, successors, to_year=worksheet.year + 1)
        session().add(
            OrderCarry(
                order_id=order.id,
                from_year=worksheet.year,
                to_year=worksheet.year + 1,
                worksheet_number=worksheet.number,
                is_moved=is_moved,
                at=clock.now(),
            )
        )
        facts = {"worksheet": worksheet.number, "from": worksheet.year, "to": worksheet.year + 1, "is_moved": is_moved}
        record(actor=actor, action="order.carry", subject=order.reference, facts=facts)
        publish("order.carry", document=order.reference, payload=facts)


def _move(order: Order, successors: Mapping[int, int], *, to_year: int) -> None:
    # The limits of the year in which it was ordered hold it still.
    order.counted_year = order.counts_in
    order.year = to_year
    for line in order.lines:
        line.budget_line_id = successors[line.budget_line_id]
    # Sent or approved requests are money in payment, which no worksheet carries.
    query = select(PaymentRequest).where(PaymentRequest.order_id == order.id, PaymentRequest.state == "requested")
    for payment in session().scalars(query.with_for_update()):
        payment.year = to_year
        payment.amounts = {str(successors[int(line_id)]): fen for line_id, fen in payment.amounts.items()}


def _move_cards(order: Order, successors: Mapping[int, int], *, to_year: int) -> None:
    query = select(AssetCard).where(AssetCard.order_id == order.id, AssetCard.state == "waiting")
    for card in session().scalars(query.with_for_update()):
        if card.budget_line_id in successors:
            card.budget_line_id, card.year = successors[card.budget_line_id], to_year


def _move_claims(order: Order, successors: Mapping[int, int], *, to_year: int) -> None:
    """What a supplier still owes for payments of the year that ends comes back to the treasury, not to the line."""
    query = select(RefundClaim).where(
        RefundClaim.order_id == order.id,
        RefundClaim.state == "agreed",
        RefundClaim.year == to_year - 1,
        RefundClaim.is_prior.is_(False),
    )
    for claim in session().scalars(query.with_for_update()):
        claim.is_prior, claim.year, claim.channels = True, to_year, {}
        claim.amounts = {str(successors[int(line_id)]): fen for line_id, fen in claim.amounts.items()}
