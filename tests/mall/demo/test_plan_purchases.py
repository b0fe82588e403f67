"""The plan of the demo period is the same from the same seed and keeps inside everybody's money."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime

from mall import clock
from mall.demo.plan_purchases import (
    HALTS_OF_SUPPLIER,
    HALTS_OF_UNIT,
    Market,
    Offer,
    PlannedLine,
    PlannedPurchase,
    PlannedUnit,
    plan_purchases,
)
from mall.demo.working_time import after_work, before_work, works_on

STARTS_AT = datetime(2026, 5, 25, 8, 0, tzinfo=clock.SHANGHAI)
ENDS_AT = datetime(2026, 11, 24, 15, 0, tzinfo=clock.SHANGHAI)
PRICES_FEN = (450, 1_980, 8_800, 26_000, 139_900, 459_900)
CODES = ("A05040101", "A05040201", "A02021003", "A02010105", "A02010108", "A02020100")


def _market(ends_at: datetime = ENDS_AT) -> Market:
    units = tuple(
        PlannedUnit(key=key, body="school", region_codes=(410000,), weight=10, spends_per_thousand=share,
                    category_limit_fen=100_000_000)
        for key, share in (("mine", 420), ("other", 800))
    )  # fmt: skip
    lines = tuple(
        PlannedLine(budget_line_id=number, unit_key=unit.key, year=year, economic_code=economic,
                    amount_fen=120_000_000, category_scope=())
        for number, (unit, year, economic) in enumerate(
            ((unit, year, economic) for unit in units for year in (2025, 2026, 2027)
             for economic in ("30201", "31002", "31003")), start=1)
    )  # fmt: skip
    offers = tuple(
        Offer(listing_id=100 * seller + place, supplier_id=seller, product_id=place, category_code=CODES[place],
              price_fen=price_fen, best_price_fen=price_fen, stock=500, region_codes=(410000,), popularity=3,
              is_asset=price_fen >= 100_000)
        for seller in (1, 2, 3)
        for place, price_fen in enumerate(PRICES_FEN)
    )  # fmt: skip
    return Market(units=units, lines=lines, offers=offers, demo_unit_keys=("mine",), demo_supplier_ids=(1, 2))


def _plan(*, seed: int = 1, starts_at: datetime = STARTS_AT, ends_at: datetime = ENDS_AT) -> list[PlannedPurchase]:
    return plan_purchases(_market(), seed=seed, starts_at=starts_at, ends_at=ends_at, count=200)


def test_same_seed_gives_the_same_plan() -> None:
    assert _plan() == _plan()
    assert _plan() != _plan(seed=2)


def test_purchases_are_made_in_office_hours_of_working_days() -> None:
    hours = {clock.local(purchase.at).hour for purchase in _plan()}
    days = {clock.local(purchase.at).date() for purchase in _plan()}

    assert hours <= set(range(9, 18))
    assert all(works_on(day) for day in days)
    assert not any(date(2026, 10, 1) <= day <= date(2026, 10, 7) for day in days)


def test_no_line_is_planned_beyond_its_share() -> None:
    prices = {offer.listing_id: offer.price_fen for offer in _market().offers}
    spent: dict[int, int] = defaultdict(int)

    for purchase in _plan():
        spent[purchase.budget_line_id] += sum(prices[listing] * quantity for listing, quantity in purchase.lines)

    units = {unit.key: unit for unit in _market().units}
    for line in _market().lines:
        assert spent[line.budget_line_id] * 1000 <= line.amount_fen * units[line.unit_key].spends_per_thousand


def test_something_waits_for_every_role_of_the_demo_units_and_suppliers() -> None:
    waiting = Counter(purchase.halts_before for purchase in _plan())

    for halt, count in Counter(halt for halt, _ in HALTS_OF_UNIT).items():
        assert waiting[halt] >= count, halt
    for halt, count in Counter(halt for halt, _ in HALTS_OF_SUPPLIER).items():
        assert waiting[halt] >= 2 * count, halt


def test_a_year_that_ends_in_the_period_gets_no_late_orders() -> None:
    spring = datetime(2026, 3, 16, 12, 0, tzinfo=clock.SHANGHAI)

    plan = _plan(starts_at=datetime(2025, 9, 15, 8, 0, tzinfo=clock.SHANGHAI), ends_at=spring)

    lines = {line.budget_line_id: line for line in _market().lines}
    days = [clock.local(purchase.at).date() for purchase in plan]
    assert {day.year for day in days} == {2025, 2026}
    assert not any(date(2025, 11, 20) < day < date(2026, 1, 1) for day in days)
    assert all(lines[one.budget_line_id].year == clock.local(one.at).year for one in plan)
    november = [one for one, day in zip(plan, days, strict=True) if date(2025, 11, 1) <= day < date(2026, 1, 1)]
    assert {one.fate for one in november} == {"plain"}


def test_office_time_leaves_out_nights_and_holidays() -> None:
    friday_before_the_holiday = datetime(2026, 9, 30, 17, 0, tzinfo=clock.SHANGHAI)

    assert after_work(friday_before_the_holiday, minutes=45) == datetime(2026, 10, 8, 9, 15, tzinfo=clock.SHANGHAI)
    assert before_work(datetime(2026, 10, 8, 9, 15, tzinfo=clock.SHANGHAI), minutes=45) == friday_before_the_holiday
