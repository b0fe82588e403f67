"""What a unit may have of office equipment for its staff quota, what it has, what is on order, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from mall.assets.asset_card import AssetCard
from mall.assets.asset_card_states import IN_USE
from mall.assets.asset_standard import Standard, standards_for
from mall.database import session
from mall.ordering.order import Order, OrderLine
from mall.ordering.order_states import ENDED
from mall.people.organisation import Organisation

#: an order in these states asks for nothing yet, or no more: a returned one is counted when it comes again
_NOT_ON_ORDER = (*ENDED, "draft", "returned")


@dataclass(frozen=True)
class Quota:
    """One standard for one unit, in pieces. `ceiling` is None where the unit's staff quota is not known."""

    standard: Standard
    staff_quota: int | None
    ceiling: int | None
    in_use: int
    on_order: int
    wanted: int

    @property
    def free(self) -> int | None:
        """What may still be ordered beside what is wanted now; below zero when that is too much."""
        return None if self.ceiling is None else self.ceiling - self.in_use - self.on_order - self.wanted

    @property
    def is_exceeded(self) -> bool:
        return self.free is not None and self.free < 0


def quotas_of(unit: Organisation, *, on: date, wanted: Mapping[str, int] | None = None) -> list[Quota]:
    """Every standard that holds for the unit on this day. `wanted`: {category: pieces} asked for now.

    "In use" are pieces that came through the mall and were neither disposed of nor returned, registered or not;
    "on order" what is still to be accepted of orders under way. What a unit had before the mall is in neither.
    """
    standards = standards_for(unit.region_code, on=on)
    if not standards:
        return []
    codes = set().union(*(standard.category_codes for standard in standards))
    in_use, on_order = _in_use(unit.id, codes), _on_order(unit.id, codes)
    asked = wanted or {}
    return [
        Quota(
            standard=standard,
            staff_quota=unit.staff_quota,
            ceiling=standard.ceiling(unit.staff_quota),
            in_use=sum(in_use.get(code, 0) for code in standard.category_codes),
            on_order=sum(on_order.get(code, 0) for code in standard.category_codes),
            wanted=sum(asked.get(code, 0) for code in standard.category_codes),
        )
        for standard in standards
    ]


def _in_use(unit_id: int, codes: set[str]) -> dict[str, int]:
    query = (
        select(AssetCard.category_code, func.count())
        .where(AssetCard.unit_id == unit_id, AssetCard.state.in_(IN_USE), AssetCard.category_code.in_(codes))
        .group_by(AssetCard.category_code)
    )
    return dict(session().execute(query).all())


def _on_order(unit_id: int, codes: set[str]) -> dict[str, int]:
    pieces = func.sum(OrderLine.quantity - OrderLine.released - OrderLine.accepted)
    query = (
        select(OrderLine.category_code, pieces)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.unit_id == unit_id, Order.state.not_in(_NOT_ON_ORDER), OrderLine.category_code.in_(codes))
        .group_by(OrderLine.category_code)
    )
    return {code: int(count) for code, count in session().execute(query)}
