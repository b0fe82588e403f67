"""Closing: the system ends an order when it is paid, its assets are registered and it is rated."""

from __future__ import annotations

from sqlalchemy import exists, select

from mall.access.actor import SYSTEM
from mall.assets.asset_card import AssetCard
from mall.database import session
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order


def close_if_done(order: Order) -> bool:
    """Close the order when nothing is left to do. Returns whether it was closed."""
    if order.state != "paid" or order.rated_at is None:
        return False
    session().flush()
    waiting = exists(select(AssetCard.id).where(AssetCard.order_id == order.id, AssetCard.state == "waiting"))
    if session().scalar(select(waiting)):
        return False
    take_step(order, "close", SYSTEM)
    return True
