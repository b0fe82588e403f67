"""Which suspense items a person may see: those of the regions whose finances she keeps or watches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, or_, select

from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.exchange.suspense_item import SuspenseItem
from mall.regions.region import code_bounds


def visible_to(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over SuspenseItem to the rows this actor may see."""
    if actor.is_system:
        return query
    regions = {*actor.regions_as("regulator"), *actor.regions_as("budget")}
    conditions = [SuspenseItem.region_code.between(*code_bounds(region)) for region in sorted(regions)]
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_item(actor: Actor, number: str, *, lock: bool = False) -> SuspenseItem:
    """One item; `lock` takes its row. Foreign and missing look the same: Refusal("suspense.unknown")."""
    if len(number) > 60 or not number.isascii() or not number.isprintable():
        raise Refusal("suspense.unknown", number=number.encode("ascii", "replace").decode()[:60].replace("\x00", ""))
    query = visible_to(actor, select(SuspenseItem).where(SuspenseItem.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    item = session().scalar(query)
    if item is None:
        raise Refusal("suspense.unknown", number=number)
    return item
