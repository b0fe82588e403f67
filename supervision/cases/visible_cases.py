"""Which cases and holds a person may see: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.regions.region import code_bounds
from supervision.cases.watch_case import CaseStatement, WatchCase, statements_of
from supervision.cases.watch_hold import WatchHold

#: the posts of a unit that answer for it
ANSWERING = ("handler", "leader", "finance")


def visible_cases(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over WatchCase: a regulator's region, and a party's own cases from the first question on."""
    if actor.is_system:
        return query
    conditions = [*_of_regions(actor), *_of_parties(actor)]
    return query.where(or_(*conditions)) if conditions else query.where(false())


def own_cases(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over WatchCase to those in which this person's unit or firm was asked."""
    conditions = _of_parties(actor)
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_case(actor: Actor, number: str, *, lock: bool = False) -> WatchCase:
    """One case; `lock` takes its row. Foreign and missing look the same: Refusal("case.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("case.unknown", number=number[:60].replace("\x00", ""))
    query = visible_cases(actor, select(WatchCase).where(WatchCase.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("case.unknown", number=number)
    return found


def sides_of(actor: Actor, case: WatchCase) -> tuple[str, ...]:
    """For which of the asked parties this person speaks: "unit", "supplier", both or none."""
    sides = []
    if "unit" in case.asked and case.unit_id in actor.organisations_as(*ANSWERING):
        sides.append("unit")
    if "supplier" in case.asked and case.supplier_id in actor.supplier_ids:
        sides.append("supplier")
    return tuple(sides)


def visible_statements(actor: Actor, case: WatchCase) -> list[CaseStatement]:
    """What was said in the case: regulators read all of it, a party its own words."""
    said = statements_of(case)
    if actor.is_system or _regulates(actor, case.region_code):
        return said
    sides = sides_of(actor, case)
    return [one for one in said if one.party in sides]


def visible_holds(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over WatchHold: to regulators where it works and where its case is."""
    if actor.is_system:
        return query
    conditions: list[ColumnElement[bool]] = []
    for region_code in actor.regions_as("regulator"):
        bounds = code_bounds(region_code)
        conditions += [WatchHold.region_code.between(*bounds), WatchHold.desk_region_code.between(*bounds)]
        conditions.append(
            WatchHold.case_id.in_(select(WatchCase.id).where(WatchCase.region_code.between(*bounds)))
        )  # fmt: skip
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_hold(actor: Actor, number: str, *, lock: bool = False) -> WatchHold:
    """One hold; `lock` takes its row. Foreign and missing look the same: Refusal("hold.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("hold.unknown", number=number[:60].replace("\x00", ""))
    query = visible_holds(actor, select(WatchHold).where(WatchHold.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("hold.unknown", number=number)
    return found


def _regulates(actor: Actor, region_code: int) -> bool:
    return any(lowest <= region_code <= highest for lowest, highest in map(code_bounds, actor.regions_as("regulator")))


def _of_regions(actor: Actor) -> list[ColumnElement[bool]]:
    return [WatchCase.region_code.between(*code_bounds(one)) for one in actor.regions_as("regulator")]


def _of_parties(actor: Actor) -> list[ColumnElement[bool]]:
    conditions = []
    units = actor.organisations_as(*ANSWERING)
    if units:
        conditions.append(and_(WatchCase.unit_id.in_(units), WatchCase.asked_parties.in_(("unit", "both"))))
    if actor.supplier_ids:
        conditions.append(
            and_(WatchCase.supplier_id.in_(actor.supplier_ids), WatchCase.asked_parties.in_(("supplier", "both")))
        )
    return conditions
