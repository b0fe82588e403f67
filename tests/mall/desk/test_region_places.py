"""How the units of a region are put together by place."""

from __future__ import annotations

from ledger.statements import Execution
from mall.desk.desk_numbers import UnitNumber
from mall.desk.region_places import places_of
from mall.finance.unit_budgets import UnitRow
from mall.people.organisation import Organisation


def _budget(unit_id: int, *, region_code: int, paid_fen: int) -> UnitRow:
    unit = Organisation(id=unit_id, name=f"单位{unit_id}", region_code=region_code, kind="unit")
    execution = Execution(
        unit_id=unit_id, lines=1, appropriation_fen=100_000, carried_in_fen=0, available_fen=100_000 - paid_fen,
        frozen_fen=0, lapsed_fen=0, carried_out_fen=0, reserved_fen=0, committed_fen=0, accrued_fen=0,
        in_payment_fen=0, paid_fen=paid_fen,
    )  # fmt: skip
    return UnitRow(unit=unit, execution=execution)


def _orders(unit_id: int, *, region_code: int, amount_fen: int) -> UnitNumber:
    return UnitNumber(unit_id, f"单位{unit_id}", region_code, count=2, amount_fen=amount_fen, open_count=1)


def test_units_of_several_cities_stand_under_their_city_with_sums() -> None:
    budgets = [
        _budget(1, region_code=410100, paid_fen=10_000),
        _budget(2, region_code=410122, paid_fen=20_000),
        _budget(3, region_code=410324, paid_fen=0),
    ]
    orders = [
        _orders(1, region_code=410100, amount_fen=5_000),
        _orders(2, region_code=410122, amount_fen=7_000),
        _orders(3, region_code=410324, amount_fen=1),
    ]

    zhengzhou, luoyang = places_of(budgets=budgets, orders=orders)

    assert (zhengzhou.code, [unit.unit_id for unit in zhengzhou.units]) == (410100, [2, 1])
    assert (luoyang.code, [unit.unit_id for unit in luoyang.units]) == (410300, [3])
    assert (zhengzhou.count, zhengzhou.open_count, zhengzhou.amount_fen) == (4, 2, 12_000)
    assert (zhengzhou.execution.appropriation_fen, zhengzhou.execution.paid_bp) == (200_000, 1_500)


def test_the_province_itself_and_a_county_it_manages_are_places_of_their_own() -> None:
    orders = [
        _orders(1, region_code=410000, amount_fen=1),
        _orders(2, region_code=419001, amount_fen=1),
        _orders(3, region_code=410122, amount_fen=1),
    ]

    places = places_of(budgets=[], orders=orders)

    assert [place.code for place in places] == [410000, 410100, 419001]
    assert [place.execution for place in places] == [None, None, None]


def test_units_of_one_city_stand_under_their_counties() -> None:
    orders = [_orders(1, region_code=410100, amount_fen=1), _orders(2, region_code=410122, amount_fen=1)]

    places = places_of(budgets=[], orders=orders)

    assert [place.code for place in places] == [410100, 410122]


def test_a_unit_with_a_budget_and_no_order_is_shown() -> None:
    places = places_of(budgets=[_budget(1, region_code=410122, paid_fen=0)], orders=[])

    assert [(unit.name, unit.count) for unit in places[0].units] == [("单位1", 0)]
