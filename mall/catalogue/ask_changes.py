"""Asking for terms that only a review may put in force; a ceiling stops them at once, the old ones stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import insert, select

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.catalogue.check_submitted import reviewers_asked
from mall.catalogue.find_ceilings import find_ceilings
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange, waiting_changes
from mall.catalogue.listing_change_states import LISTING_CHANGE_STATES
from mall.catalogue.listing_states import IN_FORCE
from mall.catalogue.listing_verdict import close_verdicts
from mall.catalogue.product import Product
from mall.catalogue.stop_facts import stop_facts
from mall.database import session
from mall.documents.advance_many import advance_many, enter_many
from mall.suppliers.supplier import Supplier


@dataclass(frozen=True)
class Terms:
    """What a listing costs, in fen with tax per `unit` of `pack_size` base units."""

    price_fen: int
    unit: str
    pack_size: int
    pack_text: str


def terms_of(listing: Listing) -> Terms:
    """The terms in force."""
    return Terms(listing.price_fen, listing.unit, listing.pack_size, listing.pack_text)


def must_wait(listing: Listing, wanted: Terms, *, region_code: int) -> bool:
    """Whether these terms need a review first: a dearer price, another unit or another pack of goods once reviewed.

    `region_code` is the supplier's: where its rule asks for no reviewer, nothing waits.
    """
    if listing.state not in IN_FORCE or not reviewers_asked(region_code=region_code):
        return False
    return wanted.price_fen > listing.price_fen or wanted.unit != listing.unit or wanted.pack_size != listing.pack_size


def ask_changes(wanted: dict[int, Terms], *, actor: Actor, reason: str = "") -> dict[int, str]:
    """Ask for these terms by listing id; returns the state of each change, "waiting" or "intercepted".

    A change that waits already with the same terms goes on waiting; with other terms it is withdrawn for the new
    one. Runs inside @atomic; the caller holds the listings' row locks. Raises Refusal("access.denied").
    """
    waiting = waiting_changes(list(wanted))
    states = {
        listing_id: "waiting" for listing_id, change in waiting.items() if _terms_asked(change) == wanted[listing_id]
    }
    withdraw_changes([change for listing_id, change in waiting.items() if listing_id not in states], actor=actor)
    asked = {listing_id: terms for listing_id, terms in wanted.items() if listing_id not in states}
    ids = _insert(asked, actor=actor, reason=reason)
    if not ids:
        return states
    enter_many(LISTING_CHANGE_STATES, list(ids), "ask", actor, permission="listing.edit", after="waiting", note=reason)
    stopped = _stop_too_dear(list(ids))
    return states | {
        listing_id: "intercepted" if change_id in stopped else "waiting" for change_id, listing_id in ids.items()
    }


def withdraw_changes(changes: Sequence[ListingChange], *, actor: Actor, note: str = "") -> None:
    """Take back changes that wait. Runs inside @atomic. Raises Refusal("access.denied")."""
    ids = [change.id for change in changes]
    advance_many(ListingChange, LISTING_CHANGE_STATES, ids, "withdraw", actor, before="waiting", note=note)
    close_verdicts([change.reference for change in changes])


def _terms_asked(change: ListingChange) -> Terms:
    return Terms(change.price_fen, change.unit, change.pack_size, change.pack_text)


def _insert(asked: dict[int, Terms], *, actor: Actor, reason: str) -> dict[int, int]:
    """Returns change id -> listing id."""
    listings = session().scalars(select(Listing).where(Listing.id.in_(asked)).order_by(Listing.id))
    rows = [
        {
            "listing_id": listing.id,
            "supplier_id": listing.supplier_id,
            "state": LISTING_CHANGE_STATES.first,
            "price_fen": asked[listing.id].price_fen,
            "unit": asked[listing.id].unit,
            "pack_size": asked[listing.id].pack_size,
            "pack_text": asked[listing.id].pack_text,
            "old_price_fen": listing.price_fen,
            "old_unit": listing.unit,
            "old_pack_size": listing.pack_size,
            "old_pack_text": listing.pack_text,
            "reason": reason,
            "asked_by_id": actor.user_id,
            "asked_at": clock.now(),
        }
        for listing in listings
    ]
    if not rows:
        return {}
    written = session().execute(insert(ListingChange).returning(ListingChange.id, ListingChange.listing_id), rows)
    return dict(written.all())


def _stop_too_dear(change_ids: Sequence[int]) -> set[int]:
    query = (
        select(ListingChange, Listing, Product, Supplier.region_code)
        .join(Listing, Listing.id == ListingChange.listing_id)
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(ListingChange.id.in_(change_ids))
        .order_by(Supplier.region_code, ListingChange.id)
    )
    facts: dict[int, dict[str, Any]] = {}
    for region_code, rows in groupby(session().execute(query).all(), key=lambda row: row.region_code):
        of_region = [tuple(row)[:3] for row in rows]
        category_of = {product.id: product.category_code or "" for _, _, product in of_region}
        ceilings = find_ceilings(category_of, region_code=region_code, on=clock.today())
        for change, listing, product in of_region:
            ceiling = ceilings.get(product.id)
            if ceiling and ceiling.is_exceeded(price_fen=change.price_fen, pack_size=change.pack_size):
                facts[change.id] = stop_facts(
                    listing, product, ceiling=ceiling, price_fen=change.price_fen, pack_size=change.pack_size
                )
    advance_many(ListingChange, LISTING_CHANGE_STATES, list(facts), "intercept", SYSTEM, before="waiting", facts=facts)
    return set(facts)
