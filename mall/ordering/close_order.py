"""Closing: the system ends an order when it is paid, its assets are registered, it is rated and nothing is to come."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from mall.access.actor import SYSTEM
from mall.assets.asset_card import AssetCard
from mall.database import session
from mall.finance.refund_claim import RefundClaim
from mall.finance.settlement import settlement_of
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order

#: claims that still wait for somebody
UNSETTLED = ("claimed", "disputed", "agreed")


def close_if_done(order: Order) -> bool:
    """Close the order when nothing is left to do. Returns whether it was closed."""
    if order.state != "paid" or order.rated_at is None:
        return False
    session().flush()
    waiting = exists(select(AssetCard.id).where(AssetCard.order_id == order.id, AssetCard.state == "waiting"))
    claimed = exists(select(RefundClaim.id).where(RefundClaim.order_id == order.id, RefundClaim.state.in_(UNSETTLED)))
    if session().scalar(select(or_(waiting, claimed))) or settlement_of(order).credit_due_fen:
        return False
    take_step(order, "close", SYSTEM)
    return True
