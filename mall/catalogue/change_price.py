"""Changing the price of one listing: a cut holds at once, a rise waits for review, a ceiling stops it."""

from __future__ import annotations

from dataclasses import replace

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.ask_changes import ask_changes, must_wait, terms_of, withdraw_changes
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import waiting_change
from mall.catalogue.recheck_listing import recheck_listings
from mall.catalogue.set_terms import set_terms
from mall.catalogue.shelve_listing import locked_listing
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.suppliers.supplier import Supplier

#: 100 million yuan; nothing on a shelf costs more, so a longer number is a slip of the finger
PRICE_MAX_FEN = 10_000_000_000


@atomic
def change_price(
    *, actor: Actor, listing_id: int, price_fen: int, reason: str = "", request_key: str | None = None
) -> str:
    """Ask for a price (fen per unit, tax included). Returns "applied", "waiting", "intercepted" or "unchanged".

    Orders already placed keep their price; carts show the change when they are opened. A new price takes the place
    of one that waits. Raises Refusal "listing.unknown", "access.denied", "request.invalid".
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
        return str(claimed.answer)
    listing = locked_listing(listing_id)
    authorize(actor, "listing.edit", listing)
    return str(settle(claimed, _change(listing, price_fen=price_fen, reason=reason, actor=actor)))


def _change(listing: Listing, *, price_fen: int, reason: str, actor: Actor) -> str:
    if listing.price_fen == price_fen:
        return "unchanged"
    wanted = replace(terms_of(listing), price_fen=price_fen)
    if must_wait(listing, wanted, region_code=session().get_one(Supplier, listing.supplier_id).region_code):
        return ask_changes({listing.id: wanted}, actor=actor, reason=reason)[listing.id]
    waiting = waiting_change(listing.id)
    if waiting is not None:
        withdraw_changes([waiting], actor=actor, note=reason)
    set_terms(listing, wanted, actor=actor, reason=reason)
    session().flush()
    recheck_listings([listing.id], actor=actor)
    return "applied"
