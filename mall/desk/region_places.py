"""The units of a region put together by place: what each city or county has in budgets and orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.statements import Execution
from mall.desk.desk_numbers import UnitNumber
from mall.finance.unit_budgets import UnitRow
from mall.regions.region import chain

NO_MONEY = dict.fromkeys(
    (
        "lines", "appropriation_fen", "carried_in_fen", "available_fen", "frozen_fen", "lapsed_fen", "carried_out_fen",
        "reserved_fen", "committed_fen", "accrued_fen", "in_payment_fen", "paid_fen",
    ),
    0,
)  # fmt: skip


@dataclass(frozen=True)
class UnitInPlace:
    """One unit's year. `execution` is None where the reader sees no budgets or the unit has none."""

    unit_id: int
    name: str
    region_code: int
    execution: Execution | None
    count: int
    open_count: int
    amount_fen: int


@dataclass(frozen=True)
class PlaceNumbers:
    """The units of one place, the one with the most ordered first, and what they come to together."""

    code: int
    units: list[UnitInPlace]

    @property
    def count(self) -> int:
        return sum(unit.count for unit in self.units)

    @property
    def open_count(self) -> int:
        return sum(unit.open_count for unit in self.units)

    @property
    def amount_fen(self) -> int:
        return sum(unit.amount_fen for unit in self.units)

    @property
    def execution(self) -> Execution | None:
        """The budgets of all units as if they were one; None when there are none."""
        known = [unit.execution for unit in self.units if unit.execution is not None]
        if not known:
            return None
        return Execution(unit_id=0, **{name: sum(getattr(one, name) for one in known) for name in NO_MONEY})


def places_of(*, budgets: Iterable[UnitRow], orders: Iterable[UnitNumber]) -> list[PlaceNumbers]:
    """Group by city; where all units are of one city, by county. Places stand in the order of their codes."""
    units = _units(budgets=budgets, orders=orders)
    by_city = _grouped({unit.unit_id: _city_of(unit.region_code) for unit in units}, units=units)
    if len(by_city) > 1:
        return by_city
    return _grouped({unit.unit_id: unit.region_code for unit in units}, units=units)


def _units(*, budgets: Iterable[UnitRow], orders: Iterable[UnitNumber]) -> list[UnitInPlace]:
    executions = {row.unit.id: row for row in budgets}
    ordered = {number.unit_id: number for number in orders}
    units = []
    for unit_id in executions.keys() | ordered.keys():
        row, number = executions.get(unit_id), ordered.get(unit_id)
        units.append(
            UnitInPlace(
                unit_id=unit_id,
                name=number.name if number else row.unit.name,
                region_code=number.region_code if number else row.unit.region_code,
                execution=row.execution if row else None,
                count=number.count if number else 0,
                open_count=number.open_count if number else 0,
                amount_fen=number.amount_fen if number else 0,
            )
        )
    return sorted(units, key=lambda unit: (-unit.amount_fen, unit.unit_id))


def _city_of(region_code: int) -> int:
    """The city of a county; a province, and a county managed by one, is a place of its own."""
    above = chain(region_code)
    return above[-2] if len(above) > 1 else above[0]


def _grouped(place_of: dict[int, int], *, units: list[UnitInPlace]) -> list[PlaceNumbers]:
    groups: dict[int, list[UnitInPlace]] = defaultdict(list)
    for unit in units:
        groups[place_of[unit.unit_id]].append(unit)
    return [PlaceNumbers(code=code, units=groups[code]) for code in sorted(groups)]
