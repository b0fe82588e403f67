"""What became of one SKU of a call: accepted, pending review, stopped by a ceiling, unchanged, or refused and why."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from mall.audit.record import plain
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange
from mall.database import session
from mall.documents.history import DocumentStep
from mall.errors import Refusal
from mall.web.words import words_for

OUTCOMES = ("accepted", "pending_review", "price_stopped", "refused", "unchanged")


def outcome_item(
    sku: str, outcome: str, *, listing: Listing | None = None, refusal: Refusal | None = None
) -> dict[str, Any]:
    """One outcome as JSON. `state` is where the listing stands now; a refusal brings its code, facts and words."""
    words = words_for(refusal) if refusal is not None else None
    return {
        "sku": sku,
        "outcome": outcome,
        "state": listing.state if listing is not None else None,
        "code": refusal.code if refusal is not None else None,
        "message": words.what if words is not None else None,
        "next": words.next_step if words is not None else None,
        "facts": plain(refusal.facts) if refusal is not None else {},
    }


def refused_item(sku: str, refusal: Refusal, *, listing: Listing | None = None) -> dict[str, Any]:
    """A refusal; one by a ceiling is called what it is."""
    outcome = "price_stopped" if refusal.code == "listing.over_ceiling" else "refused"
    return outcome_item(sku, outcome, listing=listing, refusal=refusal)


def stopped_change_item(listing: Listing) -> dict[str, Any]:
    """The price asked for last was stopped; the one in force stays."""
    query = select(ListingChange).where(ListingChange.listing_id == listing.id).order_by(ListingChange.id.desc())
    change = session().scalars(query.limit(1)).one()
    return _stopped_item(listing, document=change.reference)


def stopped_listing_item(listing: Listing) -> dict[str, Any]:
    """The listing itself was stopped: it is not sold at this price."""
    return _stopped_item(listing, document=listing.reference)


def _stopped_item(listing: Listing, *, document: str) -> dict[str, Any]:
    query = select(DocumentStep.facts).where(DocumentStep.document == document, DocumentStep.action == "intercept")
    facts = session().scalars(query.order_by(DocumentStep.id.desc()).limit(1)).one()
    refusal = Refusal(
        "listing.over_ceiling",
        name=listing.name,
        price_fen=facts["price_fen"],
        ceiling_fen=facts["ceiling_fen"] * facts["pack_size"],
        source=facts["source"],
        equivalent=facts.get("equivalent") or {},
    )
    return outcome_item(listing.sku, "price_stopped", listing=listing, refusal=refusal)
