"""Listed prices week by week, read from the price changes: the same as the view watch.price_week says, and faster.

A price holds for a week when it was the last one asked before the week ended. Weeks are `(day + 3) / 7` of days since
1970-01-01 in Shanghai, as everywhere in the watch; prices are with tax, in fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import String, cast, func, literal, select

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.price_history import PriceChange
from mall.catalogue.product import Product
from mall.database import session
from mall.documents.history import DocumentStep
from mall.regions.watch_calendar import day_number, day_of_number

#: as far back as the view goes
WEEKS = 60
#: a listing in one of these states stood on the shelf, or does
SOLD_ONCE = ("on_shelf", "off_shelf", "frozen", "expired", "delisted")


@dataclass(frozen=True)
class ListingWeeks:
    """One listing with its price of each week it was on the shelf, in fen per `unit` of `pack_size` base units."""

    listing_id: int
    supplier_id: int
    pack_size: int
    prices: dict[int, int] = field(default_factory=dict)

    def base_price_fen(self, week: int) -> int:
        """Per base unit, rounded half up."""
        return (self.prices[week] * 2 + self.pack_size) // (2 * self.pack_size)


def week_of(day: date) -> int:
    return (day_number(day) + 3) // 7


def monday_of(week: int) -> date:
    return day_of_number(week * 7 - 3)


def weeks_of_product(product_id: int) -> list[ListingWeeks]:
    """The listings of one product."""
    return _weeks(Listing.product_id == product_id)


def weeks_of_category(code: str) -> list[ListingWeeks]:
    """The listings of a category and those below it; `code` is the beginning of a code."""
    return _weeks(Product.category_code.startswith(code, autoescape=True))


def _weeks(condition: Any) -> list[ListingWeeks]:
    this_week = week_of(clock.today())
    # When it last left the shelf; those that stand on it need no answer.
    left_at = (
        select(func.max(DocumentStep.at))
        .where(
            DocumentStep.document == literal("listing:") + cast(Listing.id, String),
            DocumentStep.before == "on_shelf",
        )
        .correlate(Listing)
        .scalar_subquery()
    )
    chosen = (
        select(Listing.id)
        .join(Product, Product.id == Listing.product_id)
        .where(condition, Listing.state.in_(SOLD_ONCE))
    )
    listings = session().execute(
        select(Listing.id, Listing.supplier_id, Listing.pack_size, Listing.state, Listing.created_at).where(
            Listing.id.in_(chosen)
        )
    )
    gone = dict(
        session().execute(select(Listing.id, left_at).where(Listing.id.in_(chosen), Listing.state != "on_shelf")).all()
    )
    changes = _changes(chosen)
    found = []
    for listing_id, supplier_id, pack_size, state, created_at in listings:
        since = max(week_of(clock.local(created_at).date()), this_week - WEEKS)
        until = this_week if state == "on_shelf" else week_of(clock.local(gone[listing_id] or created_at).date()) - 1
        prices = _held(changes.get(listing_id, []), since=since, until=until)
        found.append(ListingWeeks(listing_id, supplier_id, pack_size, prices))
    return sorted(found, key=lambda one: one.listing_id)


def _changes(chosen: Any) -> dict[int, list[tuple[int, int]]]:
    """{listing: [(week, price)]}, oldest first."""
    rows = session().execute(
        select(PriceChange.listing_id, PriceChange.changed_at, PriceChange.new_price_fen)
        .where(PriceChange.listing_id.in_(chosen))
        .order_by(PriceChange.changed_at, PriceChange.id)
    )
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for listing_id, changed_at, price_fen in rows:
        found[listing_id].append((week_of(clock.local(changed_at).date()), price_fen))
    return found


def _held(changes: list[tuple[int, int]], *, since: int, until: int) -> dict[int, int]:
    prices: dict[int, int] = {}
    for place, (week, price_fen) in enumerate(changes):
        ends = changes[place + 1][0] if place + 1 < len(changes) else until + 1
        # A later change of the same week leaves this one no week at all.
        for held in range(max(week, since), min(ends, until + 1)):
            prices[held] = price_fen
    return prices


def sellers_by_week(listings: Iterable[ListingWeeks]) -> dict[int, dict[int, int]]:
    """{week: {supplier: his lowest price per base unit}}"""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for listing in listings:
        for week in listing.prices:
            price_fen = listing.base_price_fen(week)
            known = found[week].get(listing.supplier_id)
            found[week][listing.supplier_id] = price_fen if known is None else min(known, price_fen)
    return dict(found)
