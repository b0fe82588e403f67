"""Counting sales: how many pieces of a listing units have accepted, for sorting and for what is often bought."""

from __future__ import annotations

from sqlalchemy import func, select, update

from mall.catalogue.listing import Listing
from mall.database import session
from mall.ordering.order import OrderLine, order_numbered
from mall.outbox.event import Event, publish, subscribes


@subscribes("order.accept", "order.accept_part", "order.finish_short")
def count_sales(event: Event) -> None:
    """Count anew from the orders instead of adding up, so that a repeated delivery changes nothing."""
    order = order_numbered(event.document.removeprefix("order:"))
    listing_ids = sorted({line.listing_id for line in order.lines})
    sold = (
        select(func.coalesce(func.sum(OrderLine.accepted), 0))
        .where(OrderLine.listing_id == Listing.id)
        .scalar_subquery()
    )
    session().execute(update(Listing).where(Listing.id.in_(listing_ids)).values(sold_count=sold))
    publish("listing.changed", document=f"sales:{order.number}", payload={"listing_ids": listing_ids})
