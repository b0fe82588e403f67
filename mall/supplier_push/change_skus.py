"""Batches of a supplier's system: each SKU by itself through the one door of its deed; a fault in one loses no other.

One transaction a call, so that its answer is kept with its effects; a savepoint a SKU, so that a refusal takes back
what it had begun and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt
from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.api.read_request import in_shape
from mall.audit.record import record
from mall.catalogue.change_price import PRICE_MAX_FEN, change_price
from mall.catalogue.change_stock import STOCK_MAX, change_stock
from mall.catalogue.listing import Listing
from mall.catalogue.shelve_listing import shelve_listing
from mall.catalogue.submit_listing import submit_listing
from mall.database import session
from mall.errors import Refusal
from mall.regions.regional_rule import rule
from mall.supplier_push.sku_outcome import outcome_item, refused_item, stopped_change_item, stopped_listing_item

#: how many SKUs one call may name
SKUS_RULE = "push.skus_per_call"

Sku = Annotated[str, Field(min_length=1, max_length=100, description="The supplier's own number of the goods")]
Reason = Annotated[str, Field(max_length=200, description="Kept in the history of the goods")]


class SkuEntry(BaseModel):
    """What is said of one SKU."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    sku: Sku


class PriceEntry(SkuEntry):
    """A price asked for. A cut holds at once, a rise waits for review, one above a ceiling is stopped."""

    price_fen: Annotated[StrictInt, Field(ge=1, le=PRICE_MAX_FEN, description="Per unit of the listing, with tax")]
    reason: Reason = ""


class StockEntry(SkuEntry):
    """How many there are."""

    stock: Annotated[StrictInt, Field(ge=0, le=STOCK_MAX)] | None = Field(description="null: not counted")


class ShelfEntry(SkuEntry):
    """Where the goods should stand. `on_shelf` submits what no review has passed yet, or what has expired."""

    shelf: Literal["on_shelf", "off_shelf"]
    reason: Reason = ""


#: (actor, listing under its lock, entry) -> the outcome as JSON; None for goods that are to be made
Deed = Callable[[Actor, Any, Any], dict[str, Any]]


def require_few(count: int, *, region_code: int) -> None:
    """Raises Refusal("push.too_many_skus")."""
    most = rule(SKUS_RULE, region_code=region_code, on=clock.today()).value
    if count > most:
        raise Refusal("push.too_many_skus", count=count, most=most)


def change_skus(
    *,
    actor: Actor,
    supplier_id: int,
    name: str,
    entries: Sequence[Any],
    shape: type[SkuEntry],
    deed: Deed,
    takes_new: bool = False,
) -> dict[str, Any]:
    """Do `deed` for every entry; returns {"outcomes": [...]} in the order of the entries. Runs inside @atomic.

    `name` stands in the audit, such as "push.prices". Every refusal of an entry is recorded. An unknown SKU is refused,
    unless the deed `takes_new`.
    """
    read = [_read(entry, shape) for entry in entries]
    twice = {sku for sku, count in Counter(sku for sku, _entry in read if sku).items() if count > 1}
    listings = _locked_listings(supplier_id, skus={sku for sku, _entry in read})
    outcomes: dict[int, dict[str, Any]] = {}
    # Listings are locked lowest id first, by everybody; the deeds follow that order.
    for place in sorted(range(len(read)), key=lambda place: _rank(listings.get(read[place][0]))):
        sku, entry = read[place]
        listing = listings.get(sku)
        if sku in twice:
            entry = Refusal("push.sku_repeated", sku=sku)
        elif listing is None and not takes_new and not isinstance(entry, Refusal):
            entry = Refusal("push.sku_unknown", sku=sku)
        outcomes[place] = _outcome(actor, sku, listing, entry, name=name, deed=deed)
    counts = Counter(outcome["outcome"] for outcome in outcomes.values())
    record(
        actor=actor,
        action=name,
        subject=f"supplier:{supplier_id}",
        facts={"key": actor.username, "skus": len(read), **counts},
    )
    return {"outcomes": [outcomes[place] for place in range(len(read))]}


def _read(given: Any, shape: type[SkuEntry]) -> tuple[str, SkuEntry | Refusal]:
    """(the SKU as far as there is one, the entry or why it is none)."""
    try:
        entry = in_shape(shape, given)
    except Refusal as refusal:
        sku = given.get("sku") if isinstance(given, dict) else None
        return (sku.strip()[:100] if isinstance(sku, str) else ""), refusal
    return entry.sku, entry


def _locked_listings(supplier_id: int, *, skus: set[str]) -> dict[str, Listing]:
    query = select(Listing).where(Listing.supplier_id == supplier_id, Listing.sku.in_(skus)).order_by(Listing.id)
    found = session().scalars(query.with_for_update().execution_options(populate_existing=True))
    return {listing.sku: listing for listing in found}


def _rank(listing: Listing | None) -> int:
    return listing.id if listing is not None else 0


def _outcome(
    actor: Actor, sku: str, listing: Listing | None, entry: SkuEntry | Refusal, *, name: str, deed: Deed
) -> dict[str, Any]:
    try:
        if isinstance(entry, Refusal):
            raise entry
        with session().begin_nested():
            return deed(actor, listing, entry)
    except Refusal as refusal:
        subject = listing.reference if listing is not None else f"sku:{sku}"
        facts = {"code": refusal.code, **refusal.facts}
        record(actor=actor, action=name, subject=subject, result="refused", facts=facts)
        return refused_item(sku, refusal, listing=listing)


def ask_price(actor: Actor, listing: Listing, entry: PriceEntry) -> dict[str, Any]:
    """Through `change_price`, as from the supplier's page."""
    before = listing.state
    answer = change_price(actor=actor, listing_id=listing.id, price_fen=entry.price_fen, reason=entry.reason)
    if answer == "intercepted":
        return stopped_change_item(listing)
    if answer == "applied" and before == "checked" and listing.state == "intercepted":
        # It was under review and was checked anew at its new price.
        return stopped_listing_item(listing)
    outcomes = {"unchanged": "unchanged", "waiting": "pending_review", "applied": "accepted"}
    is_reviewed_anew = answer == "applied" and listing.state == "checked"
    return outcome_item(listing.sku, "pending_review" if is_reviewed_anew else outcomes[answer], listing=listing)


def set_stock(actor: Actor, listing: Listing, entry: StockEntry) -> dict[str, Any]:
    """Through `change_stock`."""
    answer = change_stock(actor=actor, listing_id=listing.id, stock=entry.stock)
    return outcome_item(listing.sku, "accepted" if answer == "applied" else answer, listing=listing)


#: states from which goods come on the shelf only through a review
_TO_SUBMIT = ("draft", "intercepted", "rejected", "expired")


def set_shelf(actor: Actor, listing: Listing, entry: ShelfEntry) -> dict[str, Any]:
    """Through `shelve_listing`, or `submit_listing` for what must be reviewed first."""
    if listing.state == entry.shelf:
        return outcome_item(listing.sku, "unchanged", listing=listing)
    if entry.shelf == "on_shelf" and listing.state == "checked":
        return outcome_item(listing.sku, "pending_review", listing=listing)
    if entry.shelf == "on_shelf" and listing.state in _TO_SUBMIT:
        return submitted_item(listing, state=submit_listing(actor=actor, listing_id=listing.id))
    action = "put_on" if entry.shelf == "on_shelf" else "take_off"
    shelve_listing(actor=actor, listing_id=listing.id, action=action, reason=entry.reason)
    return outcome_item(listing.sku, "accepted", listing=listing)


def submitted_item(listing: Listing, *, state: str) -> dict[str, Any]:
    """What became of goods that were submitted and now stand in `state`."""
    if state == "intercepted":
        return stopped_listing_item(listing)
    if state == "rejected":
        # The submission stands in the history with its reasons, and the message about it is on its way.
        return outcome_item(
            listing.sku, "refused", listing=listing, refusal=Refusal("push.sku_rejected", sku=listing.sku)
        )
    return outcome_item(listing.sku, "accepted" if state == "on_shelf" else "pending_review", listing=listing)
