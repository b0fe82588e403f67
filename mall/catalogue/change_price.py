"""Changing the price of one listing: the old one stays in its price history."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.catalogue.price_history import PriceChange
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.outbox.event import publish

#: 100 million yuan; nothing on a shelf costs more, so a longer number is a slip of the finger
PRICE_MAX_FEN = 10_000_000_000


@atomic
def change_price(
    *, actor: Actor, listing_id: int, price_fen: int, reason: str = "", request_key: str | None = None
) -> int:
    """Set the price (fen per unit, tax included) and return it. The same price again changes nothing.

    Orders already placed keep their price; carts show the change when they are opened.
    Raises Refusal "listing.unknown", "access.denied", "request.invalid".
    """
    if not 0 < price_fen <= PRICE_MAX_FEN:
        raise Refusal("request.invalid", errors=[{"field": "price", "message": str(price_fen)}])
    claimed = claim(
        actor=actor,
        action="listing.change_price",
        request_key=request_key,
        body={"listing_id": listing_id, "price_fen": price_fen, "reason": reason},
    )
    if claimed.replayed:
        return int(claimed.answer)
    listing = locked_listing(listing_id)
    authorize(actor, "listing.edit", listing)
    if listing.price_fen != price_fen:
        _change(listing, price_fen=price_fen, reason=reason, actor=actor)
    return int(settle(claimed, price_fen))


def _change(listing: Listing, *, price_fen: int, reason: str, actor: Actor) -> None:
    old_price_fen = listing.price_fen
    listing.price_fen = price_fen
    listing.version += 1
    listing.updated_at = clock.now()
    session().add(
        PriceChange(
            listing_id=listing.id,
            old_price_fen=old_price_fen,
            new_price_fen=price_fen,
            changed_at=listing.updated_at,
            user_id=actor.user_id,
            reason=reason,
        )
    )
    facts = {"old_price_fen": old_price_fen, "new_price_fen": price_fen, "reason": reason}
    record(actor=actor, action="listing.change_price", subject=listing.reference, facts=facts)
    publish("listing.changed", document=listing.reference, payload={**facts, "version": listing.version})
