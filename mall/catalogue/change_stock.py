"""Saying how many of a listing there are."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.outbox.event import publish

#: a thousand million; what is longer is a slip of the finger
STOCK_MAX = 1_000_000_000


@atomic
def change_stock(*, actor: Actor, listing_id: int, stock: int | None, request_key: str | None = None) -> str:
    """Set the stock, in units of the listing; None for goods that are not counted. Returns "applied" or "unchanged".

    Nobody reviews it, and orders already placed keep what they were promised. Raises Refusal "listing.unknown",
    "access.denied", "request.invalid".
    """
    if stock is not None and not 0 <= stock <= STOCK_MAX:
        raise Refusal("request.invalid", errors=[{"field": "stock", "message": str(stock)}])
    claimed = claim(
        actor=actor,
        action="listing.change_stock",
        request_key=request_key,
        body={"listing_id": listing_id, "stock": stock},
    )
    if claimed.replayed:
        return str(claimed.answer)
    listing = locked_listing(listing_id)
    authorize(actor, "listing.edit", listing)
    if listing.stock == stock:
        return str(settle(claimed, "unchanged"))
    facts = {"old_stock": listing.stock, "new_stock": stock}
    listing.stock = stock
    listing.version += 1
    listing.updated_at = clock.now()
    record(actor=actor, action="listing.change_stock", subject=listing.reference, facts=facts)
    publish("listing.changed", document=listing.reference, payload={**facts, "version": listing.version})
    return str(settle(claimed, "applied"))
