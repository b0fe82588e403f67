"""Money saved where a price was stopped: what the same listing was then sold for, held against what had been asked.

A price is stopped by a ceiling, when goods are submitted or a dearer price is asked for. Saved is, over the orders of
that listing in the 90 days after,

    (price stopped - price paid) x quantity, where the price paid was lower,

each order counted once, against the last price stopped before it. It is a lower bound of what the stop was worth to
those who then bought: orders of other listings and after the 90 days, and everything that suppliers did not even try,
count nothing; a listing whose pack changed since counts nothing, because the two prices are of different things. It
supposes that who bought would have bought at the price stopped, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, String, cast, func, literal, select

from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange
from mall.database import session
from mall.documents.history import DocumentStep
from mall.ordering.order import Order, OrderLine
from supervision.seeing.watched_orders import NOT_BOUGHT, start_of

COUNTED_DAYS = 90


@dataclass(frozen=True)
class StoppedPrice:
    """One price that was stopped. `pack_size` is that of the price asked; `ceiling_fen` is per base unit."""

    listing_id: int
    name: str
    supplier_id: int
    at: datetime
    price_fen: int
    pack_size: int
    ceiling_fen: int
    is_same_pack: bool


@dataclass(frozen=True)
class Sale:
    """One line of an order of a listing."""

    listing_id: int
    number: str
    unit_id: int
    region_code: int
    at: datetime
    quantity: int
    price_fen: int


@dataclass(frozen=True)
class Saving:
    """One sale after a stop, and what it cost less than was asked."""

    stopped: StoppedPrice
    sale: Sale
    saved_fen: int


def savings(stops: Sequence[StoppedPrice], sales: Sequence[Sale]) -> list[Saving]:
    """Each sale against the last stop of its listing in the 90 days before it; those that cost less, oldest first."""
    by_listing: dict[int, list[StoppedPrice]] = {}
    for stop in sorted(stops, key=lambda one: one.at):
        by_listing.setdefault(stop.listing_id, []).append(stop)
    found = []
    for sale in sorted(sales, key=lambda one: (one.at, one.number)):
        before = [stop for stop in by_listing.get(sale.listing_id, ()) if stop.at <= sale.at]
        if not before or sale.at - before[-1].at > timedelta(days=COUNTED_DAYS) or not before[-1].is_same_pack:
            continue
        less_fen = before[-1].price_fen - sale.price_fen
        if less_fen > 0:
            found.append(Saving(before[-1], sale, less_fen * sale.quantity))
    return found


def stopped_prices(*, until: date) -> list[StoppedPrice]:
    """Every price ever stopped up to and with a day: of goods submitted, and of dearer prices asked for."""
    return sorted(
        [*_stopped(of_changes=False, until=until), *_stopped(of_changes=True, until=until)], key=lambda one: one.at
    )


def _stopped(*, of_changes: bool, until: date) -> list[StoppedPrice]:
    number = cast(func.split_part(DocumentStep.document, ":", 2), BigInteger)
    kind = "listing_change" if of_changes else "listing"
    query = select(
        Listing.id, Listing.name, Listing.supplier_id, Listing.pack_size, DocumentStep.at, DocumentStep.facts
    ).where(
        DocumentStep.action == "intercept",
        DocumentStep.document.startswith(f"{kind}:"),
        DocumentStep.at < start_of(until + timedelta(days=1)),
    )
    if of_changes:
        change_name = literal("listing_change:") + cast(ListingChange.id, String)
        query = query.join(ListingChange, change_name == DocumentStep.document)
        query = query.join(Listing, Listing.id == ListingChange.listing_id)
    else:
        query = query.join(Listing, Listing.id == number)
    return [
        StoppedPrice(
            listing_id=row.id,
            name=row.name,
            supplier_id=row.supplier_id,
            at=row.at,
            price_fen=int(row.facts["price_fen"]),
            pack_size=int(row.facts["pack_size"]),
            ceiling_fen=int(row.facts["ceiling_fen"]),
            is_same_pack=int(row.facts["pack_size"]) == row.pack_size,
        )
        for row in session().execute(query)
        if "price_fen" in row.facts
    ]


def sales_of(listing_ids: Sequence[int], *, since: datetime) -> list[Sale]:
    """The orders of these listings submitted since an instant."""
    query = (
        select(
            OrderLine.listing_id,
            Order.number,
            Order.unit_id,
            Order.region_code,
            Order.submitted_at,
            OrderLine.quantity - OrderLine.released,
            OrderLine.contract_price_fen,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            OrderLine.listing_id.in_(listing_ids),
            Order.submitted_at >= since,
            Order.state.not_in(NOT_BOUGHT),
        )
    )
    return [Sale(*row) for row in session().execute(query)]


def all_savings(*, until: date) -> tuple[list[StoppedPrice], list[Saving]]:
    """What was stopped up to a day, and all that it saved since."""
    stops = stopped_prices(until=until)
    if not stops:
        return [], []
    return stops, savings(stops, sales_of(sorted({one.listing_id for one in stops}), since=stops[0].at))
