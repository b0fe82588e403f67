"""What a division and the places inside it come to: spend, orders, findings, cases, late payments, money at stake."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from mall.database import session
from mall.people.organisation import Organisation, organisation_names
from mall.regions.region import chain
from supervision.seeing.case_facts import cases_by_unit
from supervision.seeing.open_findings import findings_by_unit
from supervision.seeing.sight import NO_REGION, Scope
from supervision.seeing.watched_orders import late_clocks, spent_by_unit, year_of


@dataclass(frozen=True)
class Figures:
    """Of orders: those submitted in the year. Of findings and cases: those open now."""

    order_count: int = 0
    spent_fen: int = 0
    finding_count: int = 0
    stake_fen: int = 0
    case_count: int = 0
    late_count: int = 0
    owed_fen: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            order_count=self.order_count + other.order_count,
            spent_fen=self.spent_fen + other.spent_fen,
            finding_count=self.finding_count + other.finding_count,
            stake_fen=self.stake_fen + other.stake_fen,
            case_count=self.case_count + other.case_count,
            late_count=self.late_count + other.late_count,
            owed_fen=self.owed_fen + other.owed_fen,
        )


@dataclass(frozen=True)
class PlaceRow:
    """One row below a division: a place inside it, its own units together, one unit, or what has no division."""

    scope: Scope
    name: str
    figures: Figures


def place_rows(scope: Scope, *, year: int) -> list[PlaceRow]:
    """The rows below this scope, the one with the most spent first; a county's, and "own units", are its units."""
    figures = _by_unit(scope, year=year)
    units_shown = scope.is_own or scope.region_code % 100 != 0
    grouped: dict[Scope, Figures] = defaultdict(Figures)
    for (region_code, unit_id), found in figures.items():
        below = _below(scope, region_code=region_code, unit_id=unit_id, units_shown=units_shown)
        grouped[below] = grouped[below] + found
    if units_shown:
        for unit_id in session().scalars(_units_of(scope)):
            grouped[Scope(scope.region_code, unit_id=unit_id)] += Figures()
    names = organisation_names({below.unit_id for below in grouped if below.unit_id is not None})
    rows = [PlaceRow(below, names.get(below.unit_id or 0, ""), found) for below, found in grouped.items()]
    return sorted(
        rows,
        key=lambda row: (
            row.scope.is_everywhere,
            -row.figures.spent_fen,
            row.scope.region_code,
            row.scope.unit_id or 0,
        ),
    )


def figures_of(scope: Scope, *, year: int) -> Figures:
    """All of a scope together."""
    total = Figures()
    for found in _by_unit(scope, year=year).values():
        total += found
    return total


def _by_unit(scope: Scope, *, year: int) -> dict[tuple[int, int | None], Figures]:
    found: dict[tuple[int, int | None], Figures] = defaultdict(Figures)
    for place, (count, fen) in spent_by_unit(year_of(scope, year)).items():
        found[place] = replace(found[place], order_count=count, spent_fen=fen)
    for place, (count, fen) in findings_by_unit(scope).items():
        found[place] = replace(found[place], finding_count=count, stake_fen=fen)
    for clock in late_clocks(year_of(scope, year)):
        place = clock.order.region_code, clock.order.unit_id
        had = found[place]
        found[place] = replace(had, late_count=had.late_count + 1, owed_fen=had.owed_fen + clock.overdue_fen)
    for place, count in cases_by_unit(scope).items():
        found[place] = replace(found[place], case_count=count)
    return dict(found)


def _below(scope: Scope, *, region_code: int, unit_id: int | None, units_shown: bool) -> Scope:
    if region_code == NO_REGION:
        return replace(scope, is_everywhere=True)
    if units_shown:
        # What is about no unit of the county stays with the county.
        return Scope(region_code, unit_id=unit_id) if unit_id is not None else Scope(region_code)
    if region_code == scope.region_code:
        return replace(scope, is_own=True)
    above = chain(region_code)
    # 410122 of a province belongs to 410100; a county that the province manages stands for itself.
    return Scope(above[above.index(scope.region_code) - 1] if scope.region_code in above else region_code)


def _units_of(scope: Scope) -> Select[tuple[int]]:
    return select(Organisation.id).where(
        Organisation.kind == "unit", Organisation.state == "active", Organisation.region_code == scope.region_code
    )
