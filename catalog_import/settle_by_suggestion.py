"""Settling what waits by the best suggestion, for a supplier who trusts it; the rest keeps waiting for a person."""

from __future__ import annotations

from catalog_import.settle_categories import settle_listings, waiting_words
from mall.access.actor import Actor
from mall.database import close_reading

#: below this a suggestion is a guess
CONFIDENCE_MIN = 50


def settle_by_suggestion(*, actor: Actor, supplier_id: int, confidence_min: int = CONFIDENCE_MIN) -> dict[str, int]:
    """Give every waiting listing its best suggestion of at least this confidence. Returns {"settled", "waiting"}."""
    codes: dict[int, str] = {}
    waiting = 0
    for word in waiting_words(actor, listings_shown=100_000):
        if word.supplier_id != supplier_id:
            continue
        waiting += word.count
        for listing in word.listings:
            best = next(iter(listing.suggestions), None)
            if best is not None and best.confidence >= confidence_min:
                codes[listing.listing_id] = best.code
    close_reading()
    settled = settle_listings(actor=actor, supplier_id=supplier_id, codes_by_listing=codes) if codes else 0
    return {"settled": settled, "waiting": waiting - settled}
