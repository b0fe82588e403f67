"""A regulator's start page says what the last night changed in her region, and nothing of others."""

from __future__ import annotations

import pytest
from flask import Flask

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from supervision.night_news import night_news
from supervision.rule_run import RuleRun
from tests.mall.web.browser import signed_in
from tests.supervision.cases.found import a_finding
from tests.world import World


@atomic
def a_night(*, failure: str = "") -> None:
    for rule_id, failed in (("splitting.statutory", ""), ("prices.live_median", failure)):
        session().add(
            RuleRun(
                rule_id=rule_id, rule_version=1, on_day=clock.today(), engine="duckdb", parameters={},
                history_digest="x", hit_count=1, clear_count=0, not_applicable_count=0, not_computable_count=0,
                took_ms=1, failure=failed, at=clock.now(),
            )
        )  # fmt: skip
    record(actor=SYSTEM, action="test.night", subject="night")


def test_before_the_first_night_there_is_no_news(world: World) -> None:
    assert night_news(world.actor("regulator")) is None
    close_reading()


def test_news_are_of_the_readers_regions(world: World) -> None:
    a_night()
    a_finding(world, amount_fen=100)
    a_finding(world, amount_fen=200, rule_id="prices.live_median", standing="shadow")
    news = {name: night_news(world.actor(name)) for name in ("regulator-city", "regulator-county")}
    close_reading()

    city, county = news["regulator-city"], news["regulator-county"]
    assert city is not None and county is not None
    assert [(one.rule_id, one.count, one.amount_fen, one.is_shadow) for one in city.found] == [
        ("splitting.statutory", 1, 100, False),
        ("prices.live_median", 1, 200, True),
    ]
    assert county.found == []


@pytest.mark.parametrize("name", ["regulator-city", "handler"])
def test_the_start_page_shows_it_to_regulators_alone(app: Flask, world: World, name: str) -> None:
    a_night(failure="ZeroDivisionError")
    a_finding(world, amount_fen=123_400)

    page = signed_in(app, name).get("/desk").get_data(as_text=True)

    assert ("昨夜的变化" in page) == (name == "regulator-city")
    assert ("1 条规则没有运行成功" in page) == (name == "regulator-city")
    assert ("1,234.00" in page) == (name == "regulator-city")
