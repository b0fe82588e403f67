"""Spending month by month, and how much of a year falls after 21 November: a scope against its past and its peers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from mall.database import session
from mall.ordering.order import Order
from mall.regions.region import Region
from supervision.seeing.peer_units import peers_of
from supervision.seeing.ranks import quantile, share_bp
from supervision.seeing.sight import Scope
from supervision.seeing.watched_orders import OrderWish, submitted_between, watched_orders

#: the first day of the year-end rush, as the rule of that name counts it
RUSH_MONTH, RUSH_DAY = 11, 21
#: the years before that a year is held against
YEARS_BEFORE = 3
#: fewer peers than this tell who they are
PEERS_MIN = 5


@dataclass(frozen=True)
class Month:
    """One month of one year."""

    month: int
    since: date
    until: date
    order_count: int
    spent_fen: int


@dataclass(frozen=True)
class YearEnd:
    """A year's end. `share_bp` is None for a year in which nothing was bought, or whose end has not begun."""

    year: int
    spent_fen: int
    rush_fen: int
    share_bp: int | None


@dataclass(frozen=True)
class PeerBand:
    """The tenth, fiftieth and ninetieth percentile of the peers' shares in one year, and how many peers those are."""

    year: int
    count: int
    low_bp: int | None
    median_bp: int | None
    high_bp: int | None


def months_of(scope: Scope, *, year: int) -> list[Month]:
    """All twelve months."""
    found = _by_month(scope, year=year)
    return [
        Month(month, date(year, month, 1), _last_day(year, month), *found.get(month, (0, 0))) for month in range(1, 13)
    ]


def _last_day(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _by_month(scope: Scope, *, year: int) -> dict[int, tuple[int, int]]:
    local = func.timezone("Asia/Shanghai", Order.submitted_at)
    query = watched_orders(select(Order), OrderWish(scope, date(year, 1, 1), date(year, 12, 31)))
    month = func.extract("month", local)
    rows = session().execute(query.with_only_columns(month, func.count(), func.sum(Order.total_fen)).group_by(month))
    return {int(number): (count, int(fen)) for number, count, fen in rows}


def year_ends(scope: Scope, *, year: int, today: date) -> list[YearEnd]:
    """The year and the three before it."""
    return [_year_end(scope, year=one, today=today) for one in range(year - YEARS_BEFORE, year + 1)]


def _year_end(scope: Scope, *, year: int, today: date) -> YearEnd:
    local = func.timezone("Asia/Shanghai", Order.submitted_at)
    is_rush = func.date(local) >= date(year, RUSH_MONTH, RUSH_DAY)
    query = watched_orders(select(Order), OrderWish(scope, date(year, 1, 1), date(year, 12, 31)))
    whole, rush = (
        session()
        .execute(
            query.with_only_columns(
                func.coalesce(func.sum(Order.total_fen), 0),
                func.coalesce(func.sum(Order.total_fen).filter(is_rush), 0),
            )
        )
        .one()
    )
    has_begun = today >= date(year, RUSH_MONTH, RUSH_DAY)
    return YearEnd(year, int(whole), int(rush), share_bp(int(rush), int(whole)) if has_begun else None)


def peer_bands(scope: Scope, *, year: int, today: date) -> list[PeerBand]:
    """The peers of a unit are units of its kind and size; those of a division, the divisions of its level."""
    return [_peer_band(scope, year=one, today=today) for one in range(year - YEARS_BEFORE, year + 1)]


def _peer_band(scope: Scope, *, year: int, today: date) -> PeerBand:
    if today < date(year, RUSH_MONTH, RUSH_DAY):
        return PeerBand(year, 0, None, None, None)
    shares = _unit_shares(scope, year=year) if scope.unit_id is not None else _region_shares(scope, year=year)
    if len(shares) < PEERS_MIN:
        return PeerBand(year, len(shares), None, None, None)
    return PeerBand(year, len(shares), quantile(shares, 10), quantile(shares, 50), quantile(shares, 90))


def _unit_shares(scope: Scope, *, year: int) -> list[int]:
    assert scope.unit_id is not None
    peers = peers_of(scope.unit_id)
    sums = _sums(year, Order.unit_id, Order.unit_id.in_([unit.unit_id for unit in peers.units]))
    return [share for whole, rush in sums.values() if (share := share_bp(rush, whole)) is not None]


def _region_shares(scope: Scope, *, year: int) -> list[int]:
    level = session().scalar(select(Region.level).where(Region.code == scope.region_code))
    codes = set(session().scalars(select(Region.code).where(Region.level == level, Region.code != scope.region_code)))
    grouped: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for region_code, (whole, rush) in _sums(year, Order.region_code, None).items():
        code = region_code - region_code % 100 if level == "city" and not scope.is_own else region_code
        if code in codes:
            grouped[code][0] += whole
            grouped[code][1] += rush
    return [share for whole, rush in grouped.values() if (share := share_bp(rush, whole)) is not None]


def _sums(year: int, by: Any, condition: ColumnElement[bool] | None) -> dict[int, tuple[int, int]]:
    local = func.timezone("Asia/Shanghai", Order.submitted_at)
    is_rush = func.date(local) >= date(year, RUSH_MONTH, RUSH_DAY)
    query = submitted_between(select(Order), date(year, 1, 1), date(year, 12, 31))
    if condition is not None:
        query = query.where(condition)
    rows = session().execute(
        query.with_only_columns(
            by,
            func.sum(Order.total_fen),
            func.coalesce(func.sum(Order.total_fen).filter(is_rush), 0),
        ).group_by(by)
    )
    return {int(key): (int(whole), int(rush)) for key, whole, rush in rows}
