"""Putting a listing on the shelf and taking it off."""

from __future__ import annotations

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.listing import Listing
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
    "state.not_possible", "access.denied".
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
    listing.version += 1
    listing.updated_at = clock.now()
    return str(settle(claimed, listing.state))


def locked_listing(listing_id: int) -> Listing:
    """The listing under its row lock. Raises Refusal("listing.unknown")."""
    found = session().scalar(
        select(Listing).where(Listing.id == listing_id).with_for_update().execution_options(populate_existing=True)
    )
    if found is None:
        raise Refusal("listing.unknown", listing_id=listing_id)
    return found
