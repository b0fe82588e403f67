"""How far the units of a finance department are with a year's end: who has not handed in, and what the sums are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.finance.unit_budgets import units_in_sight
from mall.people.organisation import Organisation
from mall.regions.region import code_bounds
from mall.year_end.commitments import open_by_unit
from mall.year_end.visible_worksheets import visible_to
from mall.year_end.worksheet import YearEndWorksheet


@dataclass(frozen=True)
class UnitAtYearEnd:
    """One unit: its latest worksheet of the year that the reader may see, and what its books still have open."""

    unit: Organisation
    worksheet: YearEndWorksheet | None
    orders_open_fen: int
    others_open_fen: int

    @property
    def stage(self) -> str:
        """Its worksheet's state; "missing" where something is open and no paper says what becomes of it, "clear" where
        nothing is."""
        if self.worksheet is not None and self.worksheet.state != "withdrawn":
            has_more = self.worksheet.state == "executed" and self.open_fen
            return "missing" if has_more else self.worksheet.state
        return "missing" if self.open_fen else "clear"

    @property
    def open_fen(self) -> int:
        return self.orders_open_fen + self.others_open_fen


@dataclass(frozen=True)
class YearEndOverview:
    """All units of the reader's regions with lines in the year, by region and name."""

    year: int
    units: list[UnitAtYearEnd]

    @property
    def stages(self) -> dict[str, int]:
        """{stage: number of units}, in the order of the road."""
        order = ("missing", "draft", "submitted", "signed", "approved", "executed", "clear")
        counts = {stage: sum(unit.stage == stage for unit in self.units) for stage in order}
        return {stage: count for stage, count in counts.items() if count}

    @property
    def missing(self) -> list[UnitAtYearEnd]:
        """Those of whom finance still waits for a paper: nothing drawn up, or nothing handed in."""
        return [unit for unit in self.units if unit.stage in ("missing", "draft", "submitted")]

    def sum_of(self, name: str) -> int:
        """The worksheets' carry, lapse or pay sums together, in fen."""
        papers = [unit.worksheet for unit in self.units if unit.worksheet is not None]
        return sum(getattr(paper, f"{name}_fen") for paper in papers if paper.state != "withdrawn")

    @property
    def waiting_for_execution(self) -> list[YearEndWorksheet]:
        return [unit.worksheet for unit in self.units if unit.worksheet and unit.worksheet.state == "approved"]


def year_end_overview(actor: Actor, *, year: int) -> YearEndOverview:
    """The overview of the regions that this actor regulates or decides budgets for."""
    open_fen: dict[int, tuple[int, int]] = {}
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        lowest, highest = code_bounds(region_code)
        open_fen |= open_by_unit(lowest_region=lowest, highest_region=highest, year=year)
    latest = latest_worksheets(actor, year=year)
    units = [row.unit for row in units_in_sight(actor, year=year)]
    # A unit without lines in the year may have handed in a paper all the same.
    others = latest.keys() - {unit.id for unit in units}
    units += session().scalars(select(Organisation).where(Organisation.id.in_(others)).order_by(Organisation.id))
    rows = [UnitAtYearEnd(unit, latest.get(unit.id), *open_fen.get(unit.id, (0, 0))) for unit in units]
    return YearEndOverview(year=year, units=rows)


def latest_worksheets(actor: Actor, *, year: int) -> dict[int, YearEndWorksheet]:
    """{unit: its latest worksheet of the year} that this actor may see."""
    query = visible_to(actor, select(YearEndWorksheet)).where(YearEndWorksheet.year == year)
    return {worksheet.unit_id: worksheet for worksheet in session().scalars(query.order_by(YearEndWorksheet.id))}


def usual_year() -> int:
    """The year whose end people mean: last year in the first half of a year, then the present one."""
    today = clock.today()
    return today.year - 1 if today < date(today.year, 7, 1) else today.year
