"""Six measures of how a unit buys, for it and its peers, and where it stands among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, select

from mall.catalogue.listing import Listing
from mall.database import session
from mall.ordering.order import Order, OrderLine
from mall.suppliers.supplier import Supplier
from supervision.reference_price import ReferencePrice
from supervision.seeing.month_spending import PEERS_MIN, RUSH_DAY, RUSH_MONTH
from supervision.seeing.ranks import quartiles, share_bp
from supervision.seeing.watched_orders import late_among, submitted_between

#: a measure is drawn upward: more of it deserves a look, or, where it is False, less of it does
MEASURES: dict[str, bool] = {
    "price_level": True,
    "direct_share": True,
    "late_share": True,
    "rush_share": True,
    "small_share": False,
    "concentration": True,
}
#: what was paid in the province must be known from so many prices before a line is held against it
REFERENCE_PRICES_MIN = 8


@dataclass(frozen=True)
class UnitMeasures:
    """All in basis points; None where there is nothing to divide by.

    `price_level`: what was paid against the province's median of the same products, 10,000 for as much as that.
    `direct_share`, `rush_share`, `small_share`: of the money spent. `late_share`: of the orders with a day to pay by.
    `concentration`: the largest supplier's part of the money spent.
    """

    unit_id: int
    order_count: int
    values: dict[str, int | None]


@dataclass(frozen=True)
class Standing:
    """One measure of a unit among its peers. `rank_bp`: the share of peers whose value is lower or equal.

    The quartiles are None where fewer than PEERS_MIN peers have the measure.
    """

    measure: str
    value: int | None
    peers: int
    quartiles: tuple[int, int, int] | None
    rank_bp: int | None

    @property
    def is_outside(self) -> bool:
        """Beyond the quartile on the side that deserves a look."""
        if self.value is None or self.quartiles is None:
            return False
        return self.value > self.quartiles[2] if MEASURES[self.measure] else self.value < self.quartiles[0]


def measures_of(unit_ids: Sequence[int], *, year: int, today: date) -> dict[int, UnitMeasures]:
    """The measures of these units for the orders submitted in a year; without one a unit is left out."""
    sums = _sums(unit_ids, year=year)
    by_supplier, late, levels = (
        _largest_supplier(unit_ids, year=year),
        _late(unit_ids, year=year),
        _price_levels(unit_ids, year=year),
    )
    has_rush = today >= date(year, RUSH_MONTH, RUSH_DAY)
    found = {}
    for unit_id, (count, whole, direct, rush, small) in sums.items():
        due, late_count = late.get(unit_id, (0, 0))
        found[unit_id] = UnitMeasures(
            unit_id,
            count,
            {
                "price_level": levels.get(unit_id),
                "direct_share": share_bp(direct, whole),
                "late_share": share_bp(late_count, due),
                "rush_share": share_bp(rush, whole) if has_rush else None,
                "small_share": share_bp(small, whole),
                "concentration": share_bp(by_supplier.get(unit_id, 0), whole),
            },
        )
    return found


def standings(own: UnitMeasures | None, peers: Iterable[UnitMeasures]) -> list[Standing]:
    """Every measure, in the order of MEASURES."""
    known = list(peers)
    found = []
    for measure in MEASURES:
        values = [value for one in known if (value := one.values[measure]) is not None]
        value = own.values[measure] if own is not None else None
        enough = len(values) >= PEERS_MIN
        rank = share_bp(sum(one <= value for one in values), len(values)) if value is not None and enough else None
        found.append(Standing(measure, value, len(values), quartiles(values) if enough else None, rank))
    return found


def _of_year(unit_ids: Sequence[int], year: int) -> Select[Any]:
    query = submitted_between(select(Order), date(year, 1, 1), date(year, 12, 31))
    return query.where(Order.unit_id.in_(unit_ids))


def _sums(unit_ids: Sequence[int], *, year: int) -> dict[int, tuple[int, int, int, int, int]]:
    """{unit: (orders, fen, bought directly, since 21 November, from small firms)}"""
    is_rush = func.date(func.timezone("Asia/Shanghai", Order.submitted_at)) >= date(year, RUSH_MONTH, RUSH_DAY)

    def part(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(Order.total_fen).filter(condition), 0)

    query = (
        _of_year(unit_ids, year)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .with_only_columns(
            Order.unit_id,
            func.count(),
            func.sum(Order.total_fen),
            part(Order.mode == "direct_purchase"),
            part(is_rush),
            part(Supplier.is_small_firm),
        )
        .group_by(Order.unit_id)
    )
    return {row[0]: tuple(int(value) for value in row[1:]) for row in session().execute(query)}  # type: ignore[misc]


def _largest_supplier(unit_ids: Sequence[int], *, year: int) -> dict[int, int]:
    query = (
        _of_year(unit_ids, year)
        .with_only_columns(Order.unit_id, func.sum(Order.total_fen))
        .group_by(Order.unit_id, Order.supplier_id)
    )
    found: dict[int, int] = defaultdict(int)
    for unit_id, fen in session().execute(query):
        found[unit_id] = max(found[unit_id], int(fen))
    return found


def _late(unit_ids: Sequence[int], *, year: int) -> dict[int, tuple[int, int]]:
    """{unit: (orders with a day to pay by, of these late)}"""
    query = _of_year(unit_ids, year)
    due = session().execute(
        query.where(Order.payment_due_on.is_not(None))
        .with_only_columns(Order.unit_id, func.count())
        .group_by(Order.unit_id)
    )
    late: dict[int, int] = defaultdict(int)
    for clock in late_among(query):
        late[clock.order.unit_id] += 1
    return {unit_id: (count, min(late[unit_id], count)) for unit_id, count in due}


def _price_levels(unit_ids: Sequence[int], *, year: int) -> dict[int, int]:
    """{unit: what it paid in basis points of what these goods cost at the median paid in the province}"""
    query = (
        _of_year(unit_ids, year)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Listing, Listing.id == OrderLine.listing_id)
        .join(
            ReferencePrice,
            and_(
                ReferencePrice.product_id == OrderLine.product_id,
                ReferencePrice.supplier_id == 0,
                ReferencePrice.paid_count >= REFERENCE_PRICES_MIN,
            ),
        )
        .with_only_columns(
            Order.unit_id,
            func.sum(OrderLine.price_fen * OrderLine.quantity),
            func.sum(ReferencePrice.paid_median_fen * cast(Listing.pack_size, Integer) * OrderLine.quantity),
        )
        .group_by(Order.unit_id)
    )
    found = {}
    for unit_id, paid, reference in session().execute(query):
        level = share_bp(int(paid), int(reference))
        if level is not None:
            found[unit_id] = level
    return found
