"""Lists of asset cards: the rows a person may see, narrowed by what she asked for, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, false, func, or_, select

from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_card import AssetCard
from mall.assets.visible_asset_cards import visible_to
from mall.database import session
from mall.ordering.order import Order
from mall.regions.regional_rule import rule
from mall.regions.working_days import working_days_after

PAGE_SIZE = 50
REGISTER_RULE = "asset.register_working_days"


@dataclass(frozen=True)
class AssetCardFilter:
    """What a reader asked for; empty values ask for everything. `page` counts from 1."""

    text: str = ""
    state: str = ""
    place: str = ""
    keeper: str = ""
    unit_id: int | None = None
    is_overdue: bool = False
    page: int = 1


@dataclass(frozen=True)
class AssetCardRows:
    """One page of (card, order number), and the number and value of all that were found."""

    rows: list[Row[Any]]
    total: int
    value_fen: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_asset_cards(*, actor: Actor, wanted: AssetCardFilter) -> AssetCardRows:
    """Waiting cards first, then the newest."""
    query = select(AssetCard, Order.number).join(Order, Order.id == AssetCard.order_id)
    query = narrowed(visible_to(actor, query), wanted, actor=actor)
    sums = query.with_only_columns(func.count(), func.coalesce(func.sum(AssetCard.value_fen), 0))
    total, value_fen = session().execute(sums).one()
    page = min(wanted.page, max(1, -(-total // PAGE_SIZE)))
    ordered = query.order_by((AssetCard.state == "waiting").desc(), AssetCard.id.desc())
    rows = list(session().execute(ordered.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all())
    return AssetCardRows(rows=rows, total=total, value_fen=int(value_fen), page=page)


def narrowed(query: Select[Any], wanted: AssetCardFilter, *, actor: Actor) -> Select[Any]:
    """The query over AssetCard with the reader's filters."""
    if wanted.unit_id is not None:
        query = query.where(AssetCard.unit_id == wanted.unit_id)
    if wanted.state:
        query = query.where(AssetCard.state == wanted.state)
    if wanted.place:
        query = query.where(AssetCard.place.icontains(wanted.place, autoescape=True))
    if wanted.keeper:
        query = query.where(AssetCard.keeper.icontains(wanted.keeper, autoescape=True))
    if wanted.is_overdue:
        query = query.where(overdue(actor))
    if wanted.text:
        columns = (AssetCard.name, AssetCard.number, AssetCard.serial_number, AssetCard.system_number)
        query = query.where(or_(*(column.icontains(wanted.text, autoescape=True) for column in columns)))
    return query


def overdue(actor: Actor) -> Any:
    """The condition of cards that wait longer than their region's working days allow."""
    waiting = visible_to(actor, select(AssetCard.region_code)).where(AssetCard.state == "waiting").distinct()
    conditions = [
        and_(AssetCard.region_code == region_code, AssetCard.accepted_on < overdue_before(region_code))
        for region_code in session().scalars(waiting)
    ]
    return and_(AssetCard.state == "waiting", or_(*conditions)) if conditions else false()


def overdue_before(region_code: int, *, today: date | None = None) -> date:
    """Pieces accepted before this day should have been registered by now."""
    today = today or clock.today()
    days = rule(REGISTER_RULE, region_code=region_code, on=today).value
    # The first day whose term, counted as `register_by` counts, has not ended yet: it lies a few holidays back at most.
    day = today
    while register_by(day, days=days) >= today:
        day = date.fromordinal(day.toordinal() - 1)
    return date.fromordinal(day.toordinal() + 1)


def register_by(accepted_on: date, *, days: int) -> date:
    """The last day on which a piece accepted then is registered in time."""
    return working_days_after(accepted_on, days)
