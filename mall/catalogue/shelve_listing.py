"""Putting a listing on the shelf and taking it off."""

from __future__ import annotations

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.find_ceilings import exceeded_ceiling
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.once import claim, settle
from mall.errors import Refusal

ACTIONS = ("put_on", "take_off")


@atomic
def shelve_listing(
    *, actor: Actor, listing_id: int, action: str, reason: str = "", request_key: str | None = None
) -> str:
    """Take the step `put_on` or `take_off` and return the new state.

    Carts and search learn of it by the event "listing.<action>". Raises Refusal "listing.unknown",
    "state.not_possible", "access.denied", "listing.over_ceiling".
    """
    if action not in ACTIONS:
        raise Refusal("request.invalid", errors=[{"field": "action", "message": action}])
    claimed = claim(
        actor=actor,
        action="listing.shelve",
        request_key=request_key,
        body={"listing_id": listing_id, "action": action, "reason": reason},
    )
    if claimed.replayed:
        return str(claimed.answer)
    listing = locked_listing(listing_id)
    advance(listing, action, actor, note=reason)
    if action == "put_on":
        _refuse_too_dear(listing)
    listing.version += 1
    listing.updated_at = clock.now()
    return str(settle(claimed, listing.state))


def _refuse_too_dear(listing: Listing) -> None:
    """A ceiling may have come into force while it was off the shelf."""
    ceiling = exceeded_ceiling(listing, session().get_one(Product, listing.product_id))
    if ceiling is not None:
        raise Refusal(
            "listing.over_ceiling",
            name=listing.name,
            price_fen=listing.price_fen,
            ceiling_fen=ceiling.ceiling_fen * listing.pack_size,
            source=ceiling.source,
        )


def locked_listing(listing_id: int) -> Listing:
    """The listing under its row lock. Raises Refusal("listing.unknown")."""
    found = session().scalar(
        select(Listing).where(Listing.id == listing_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise Refusal("listing.unknown", listing_id=listing_id)
    return found
