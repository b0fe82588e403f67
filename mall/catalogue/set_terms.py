"""Putting new terms of a listing in force: the old price stays in its history, whoever follows prices hears of it."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.catalogue.ask_changes import Terms, terms_of
from mall.catalogue.listing import Listing
from mall.catalogue.price_history import PriceChange
from mall.database import session
from mall.outbox.event import publish


def set_terms(listing: Listing, terms: Terms, *, actor: Actor, reason: str) -> None:
    """Runs inside @atomic; the caller holds the listing's row lock."""
    before = terms_of(listing)
    if terms == before:
        return
    listing.price_fen, listing.unit = terms.price_fen, terms.unit
    listing.pack_size, listing.pack_text = terms.pack_size, terms.pack_text
    listing.version += 1
    listing.updated_at = clock.now()
    if terms.price_fen != before.price_fen:
        session().add(
            PriceChange(
                listing_id=listing.id,
                old_price_fen=before.price_fen,
                new_price_fen=terms.price_fen,
                changed_at=listing.updated_at,
                user_id=actor.user_id,
                reason=reason,
            )
        )
    facts = {
        "old_price_fen": before.price_fen,
        "new_price_fen": terms.price_fen,
        "old_unit": before.unit,
        "new_unit": terms.unit,
        "old_pack_size": before.pack_size,
        "new_pack_size": terms.pack_size,
        "reason": reason,
    }
    record(actor=actor, action="listing.change_price", subject=listing.reference, facts=facts)
    publish("listing.changed", document=listing.reference, payload={**facts, "version": listing.version})
