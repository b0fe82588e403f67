"""How far the budgets of the units below a finance department are executed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from ledger.statements import Execution, budget_execution
from mall.access.actor import Actor
from mall.database import session
from mall.people.organisation import Organisation
from mall.regions.region import code_bounds


@dataclass(frozen=True)
class UnitBudget:
    """The subject of the permissions to read a unit's budget and to draw up documents for it."""

    unit_id: int
    region_code: int


@dataclass(frozen=True)
class RegionBudget:
    """The subject of the permission to bring in a region's budget."""

    region_code: int


@dataclass(frozen=True)
class UnitRow:
    """One unit with where its budget of the year stands."""

    unit: Organisation
    execution: Execution


def units_in_sight(actor: Actor, *, year: int) -> list[UnitRow]:
    """The units of the regions this actor regulates or decides budgets for, by region and name, with their execution
    of the year."""
    units: dict[int, Organisation] = {}
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        lowest, highest = code_bounds(region_code)
        query = select(Organisation).where(
            Organisation.kind == "unit", Organisation.region_code.between(lowest, highest)
        )
        units |= {unit.id: unit for unit in session().scalars(query)}
    rows = []
    for region_code in sorted({unit.region_code for unit in units.values()}):
        for execution in budget_execution(session(), region_code=region_code, year=year):
            if execution.unit_id in units:
                rows.append(UnitRow(unit=units[execution.unit_id], execution=execution))
    return rows


def regions_with_units(actor: Actor) -> list[int]:
    """The regions below this budget officer that have units of their own, in order."""
    found: set[int] = set()
    for region_code in actor.regions_as("budget"):
        query = select(Organisation.region_code).where(
            Organisation.kind == "unit",
            Organisation.state == "active",
            Organisation.region_code.between(*code_bounds(region_code)),
        )
        found |= set(session().scalars(query.distinct()))
    return sorted(found)
