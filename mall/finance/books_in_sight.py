"""Whose books a reader asked for and may read: a unit's or a whole region's, of which year and which days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, find_line
from ledger.reports import Scope
from mall import clock
from mall.access.actor import UNIT_ROLES, Actor
from mall.access.authorize import may
from mall.database import session
from mall.errors import Refusal
from mall.people.organisation import Organisation, organisation
from mall.regions.region import Region, chain, code_bounds, regions_by_code


@dataclass(frozen=True)
class BooksInSight:
    """The books of one unit, or of all units of a region, from one day of a year to another, both included.

    `line` narrows them to one budget line. It is its own subject of the permission to read the books.
    """

    unit: Organisation | None
    region_code: int
    year: int
    since: date
    until: date
    line: BudgetLine | None = None

    @property
    def unit_id(self) -> int | None:
        return self.unit.id if self.unit else None

    @property
    def scope(self) -> Scope:
        """What the ledger is asked for."""
        lowest, highest = code_bounds(self.region_code) if self.unit is None else (self.region_code, self.region_code)
        line_id = self.line.id if self.line else None
        return Scope(self.year, lowest, highest, unit_id=self.unit_id, line_id=line_id)

    @property
    def address(self) -> dict[str, Any]:
        """The query of a page about the same books; what is usual is left out."""
        first, last = usual_span(self.year)
        return {
            **self.place,
            "year": self.year,
            "since": self.since if self.since != first else None,
            "until": self.until if self.until != last else None,
        }

    @property
    def place(self) -> dict[str, int]:
        """The part of the address that names the unit or region."""
        return {"unit": self.unit.id} if self.unit else {"region": self.region_code}


def usual_span(year: int) -> tuple[date, date]:
    """The days a report is about when none are named: the year up to today, or the whole of it."""
    today = clock.today()
    return date(year, 1, 1), today if today.year == year else date(year, 12, 31)


def books_in_sight(
    actor: Actor,
    *,
    year: int,
    since: date,
    until: date,
    unit_id: int | None = None,
    region_code: int | None = None,
    line_id: int | None = None,
) -> BooksInSight:
    """The books asked for; with nothing named the actor's own unit, else her own region.

    Foreign and missing look the same: Refusal("page.not_found").
    """
    line = _line(line_id, year=year)
    if line is not None:
        unit_id = line.unit_id
    if unit_id is None and region_code is None:
        unit_id = next(iter(actor.organisations_as(*UNIT_ROLES)), None)
        region_code = next(iter((*actor.regions_as("regulator"), *actor.regions_as("budget"))), None)
    unit = organisation(unit_id) if unit_id is not None else None
    if unit_id is not None and (unit is None or unit.kind != "unit"):
        raise Refusal("page.not_found")
    code = line.region_code if line else unit.region_code if unit else region_code
    if code is None or code not in regions_by_code():
        raise Refusal("page.not_found")
    books = BooksInSight(unit=unit, region_code=code, year=year, since=since, until=until, line=line)
    if not may(actor, "books.read", books):
        raise Refusal("page.not_found")
    return books


def _line(line_id: int | None, *, year: int) -> BudgetLine | None:
    if line_id is None:
        return None
    line = find_line(session(), line_id)
    if line is None or line.year != year:
        raise Refusal("page.not_found")
    return line


def regions_above(actor: Actor, books: BooksInSight) -> list[int]:
    """The divisions around these books whose books the actor may read as well, the highest first."""
    codes = chain(books.region_code)[0 if books.unit else 1 :]
    around = [replace(books, unit=None, line=None, region_code=code) for code in reversed(codes)]
    return [one.region_code for one in around if may(actor, "books.read", one)]


def places_below(region_code: int) -> tuple[list[Region], list[Organisation]]:
    """(the divisions right below that have units in or under them, the region's very own units)."""
    lowest, highest = code_bounds(region_code)
    query = select(Organisation).where(Organisation.kind == "unit", Organisation.region_code.between(lowest, highest))
    units = list(session().scalars(query.order_by(Organisation.id)))
    regions = regions_by_code()
    below = {_child_of(region_code, code, regions) for code in {unit.region_code for unit in units}}
    return [regions[code] for code in sorted(below - {0})], [unit for unit in units if unit.region_code == region_code]


def _child_of(above: int, code: int, regions: dict[int, Region]) -> int:
    """The division right below `above` on the way down to `code`; 0 when `code` is `above` itself."""
    parent = regions[code].parent_code
    while code != above and parent is not None and parent != above:
        code, parent = parent, regions[parent].parent_code
    return 0 if code == above else code
