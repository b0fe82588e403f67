"""Numbers of the law are found by region and date; a lower division may only tighten."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert

from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.regions.region import chain, code_bounds
from mall.regions.regional_rule import RegionalRule, forget_kept_rules, rule
from mall.regions.working_days import working_days_after
from tests.world import World

ON = date(2026, 11, 23)


@atomic
def enact(
    code: str, region_code: int, value: int, *, since: date = date(2026, 1, 1), until: date | None = None
) -> None:
    session().execute(
        insert(RegionalRule).values(
            code=code,
            region_code=region_code,
            level="",
            valid_from=since,
            valid_to=until,
            value=value,
            unit="fen",
            tightens="lower",
            legal_source="test",
            is_confirmed=False,
            name="测试",
            name_en="test",
        )
    )
    record(actor=SYSTEM, action="test.enact", subject=code)
    forget_kept_rules()


@pytest.mark.parametrize(
    ("region", "limit_fen"),
    [(410000, 100_000_000), (410100, 100_000_000), (410300, 50_000_000), (410324, 30_000_000), (410122, 30_000_000)],
)
def test_the_limit_follows_the_level(world: World, region: int, limit_fen: int) -> None:
    assert rule("direct_purchase.year_limit", region_code=region, on=ON).value == limit_fen


def test_a_county_may_tighten(world: World) -> None:
    enact("direct_purchase.year_limit", 410324, 10_000_000)

    assert rule("direct_purchase.year_limit", region_code=410324, on=ON).value == 10_000_000
    assert rule("direct_purchase.year_limit", region_code=410325, on=ON).value == 30_000_000


def test_a_county_may_not_loosen(world: World) -> None:
    enact("direct_purchase.year_limit", 410324, 90_000_000)

    assert rule("direct_purchase.year_limit", region_code=410324, on=ON).value == 30_000_000


def test_a_city_tightens_for_its_counties(world: World) -> None:
    enact("direct_purchase.year_limit", 410300, 20_000_000)

    assert rule("direct_purchase.year_limit", region_code=410324, on=ON).value == 20_000_000


def test_a_rule_holds_from_its_day_to_the_day_before_its_end(world: World) -> None:
    enact("test.window", 410000, 7, since=date(2026, 3, 1), until=date(2026, 4, 1))

    assert rule("test.window", region_code=410100, on=date(2026, 3, 1)).value == 7
    assert rule("test.window", region_code=410100, on=date(2026, 3, 31)).value == 7
    for outside in (date(2026, 2, 28), date(2026, 4, 1)):
        with pytest.raises(Refusal) as refused:
            rule("test.window", region_code=410100, on=outside)
        assert refused.value.code == "rule.missing"


def test_the_chain_climbs_from_county_to_province() -> None:
    assert chain(410122) == (410122, 410100, 410000)
    assert chain(410100) == (410100, 410000)
    assert chain(410000) == (410000,)
    # Jiyuan is managed by the province: 4190xx is no city.
    assert chain(419001) == (419001, 410000)


def test_bounds_hold_what_lies_inside() -> None:
    assert code_bounds(410000) == (410000, 419999)
    assert code_bounds(410100) == (410100, 410199)
    assert code_bounds(410122) == (410122, 410122)


def test_working_days_know_the_national_day_week() -> None:
    # 1-7 October 2026 is the holiday; 10 October 2026 is a Saturday worked to make up for it.
    assert working_days_after(date(2026, 9, 30), 1) == date(2026, 10, 8)


def test_years_not_yet_announced_go_by_the_week() -> None:
    assert working_days_after(date(2040, 6, 1), 1) == date(2040, 6, 4)
