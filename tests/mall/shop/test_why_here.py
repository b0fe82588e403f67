"""The line below a hit that says why it stands there, and what makes the index look at an offer again."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from flask import Flask

from mall import clock
from mall.database import atomic, close_reading
from mall.outbox.event import Event
from mall.ratings.rate_order import add_to_mean
from mall.search.keep_index import IndexKeeper, queue_capped_listings, queue_changed_listing, queue_supplier_of
from mall.search.query import Query
from mall.search.search_catalogue import search_listings
from mall.search.search_task import queue_dated_ceilings, waiting_tasks
from tests.conftest import Clone
from tests.form_browser import FormBrowser
from tests.world import World

PAPER = "A05040101"


@pytest.fixture
def browser(app: Flask, keeper: IndexKeeper) -> FormBrowser:
    return FormBrowser(app.test_client(), "handler")


def _write(database: Clone, sql: str, *values: object) -> None:
    with psycopg.connect(database.admin) as connection:
        connection.execute(sql, values)


def _queued() -> set[int]:
    try:
        return {listing_id for listing_id, _ in waiting_tasks(limit=50)}
    finally:
        close_reading()


@atomic(housekeeping="an event as the worker delivers it")
def _tell(subscriber, document: str, **payload: object) -> None:  # type: ignore[no-untyped-def]
    subscriber(Event(id=1, name="any", document=document, payload=payload, happened_at=clock.now()))


def _ceiling(database: Clone, ceiling_fen: int, *, days: int = 0) -> int:
    with psycopg.connect(database.admin) as connection:
        return connection.execute(
            "insert into price_ceiling"
            " (category_code, ceiling_fen, valid_from, source, state, entered_by_id, entered_at)"
            " values (%s, %s, %s, '框架协议', 'in_force', 1, now()) returning id",
            (PAPER, ceiling_fen, clock.today() + timedelta(days=days)),
        ).fetchone()[0]  # type: ignore[index]


def test_a_hit_says_what_speaks_for_it(own_database: Clone, world: World, browser: FormBrowser) -> None:
    _write(
        own_database, "update supplier set rating_sum = 461, rating_count = 96 where id in (%s, %s)",
        world.sunny_id, world.moon_id,
    )  # fmt: skip
    _ceiling(own_database, 2_400)

    zh = browser.get("/search?q=复印纸")
    browser.send(zh, "/language", language="en")
    en = browser.get("/search?q=复印纸").text

    assert "不高于最高限价 · 同款 2 个报价中价格最低 · 评价 4.8（32）" in zh.text
    assert "高于最高限价 · 评价 4.8（32）" in zh.text
    assert "within the price ceiling · lowest of 2 offers · rated 4.8 (32)" in en


def test_the_reasons_are_those_of_now_and_not_of_the_index(
    own_database: Clone, world: World, browser: FormBrowser
) -> None:
    before = browser.get("/search?q=复印纸").text
    _write(own_database, "update listing set state = 'off_shelf' where id = %s", world.listings["paper2"])

    after = browser.get("/search?q=复印纸").text

    assert "同款 2 个报价中价格最低" in before
    assert "同款" not in after


@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "sales", "newest"])
def test_another_order_has_other_reasons(browser: FormBrowser, sort: str) -> None:
    assert "排序依据" in browser.get("/search?q=复印纸").text
    assert "排序依据" not in browser.get(f"/search?q=复印纸&sort={sort}").text


def test_offers_are_ranked_by_their_merit(own_database: Clone, world: World, keeper: IndexKeeper) -> None:
    paper, rival = world.listings["paper"], world.listings["paper2"]
    first = [row.id for row in search_listings(Query(text="得力 复印纸")).rows]
    close_reading()
    _write(own_database, "update listing set price_fen = 1500 where id = %s", rival)
    _tell(queue_changed_listing, f"listing:{rival}")

    # The rival is looked at again too: its own price is what it was, and is no longer the lowest.
    assert keeper.step() == 2
    then = [row.id for row in search_listings(Query(text="得力 复印纸")).rows]
    close_reading()

    assert (first[:2], then[:2]) == ([paper, rival], [rival, paper])


def test_stock_and_sales_of_one_say_nothing_of_its_rivals(world: World, keeper: IndexKeeper) -> None:
    paper = world.listings["paper"]

    _tell(queue_changed_listing, f"listing:{paper}", new_stock=3)
    _tell(queue_changed_listing, "sales:1", listing_ids=[paper])

    assert _queued() == {paper}


def test_a_ceiling_has_its_goods_looked_at(own_database: Clone, world: World, keeper: IndexKeeper) -> None:
    ceiling_id = _ceiling(own_database, 2_000)

    _tell(queue_capped_listings, f"price_ceiling:{ceiling_id}")

    assert _queued() == {world.listings[name] for name in ("paper", "paper2", "city_only")}


def test_a_ceiling_that_begins_by_its_date_is_noticed(own_database: Clone, world: World, keeper: IndexKeeper) -> None:
    _ceiling(own_database, 2_000, days=3)
    today = clock.today()

    queue_dated_ceilings(since=today - timedelta(days=1), on=today)
    before = _queued()
    queue_dated_ceilings(since=today, on=today + timedelta(days=3))

    assert (before, len(_queued())) == (set(), 3)


def test_a_supplier_rated_otherwise_has_his_goods_looked_at(world: World, keeper: IndexKeeper) -> None:
    _tell(queue_supplier_of, f"supplier:{world.moon_id}")

    assert _queued() == {world.listings["paper2"], world.listings["city_only"]}


def test_only_a_mark_that_moves_the_supplier_a_step_tells_the_index(own_database: Clone, world: World) -> None:
    _write(own_database, "update supplier set rating_sum = 85, rating_count = 18 where id = %s", world.moon_id)
    rate = atomic(housekeeping="a test's own rating")(add_to_mean)
    told = "select count(*) from outbox_event where name = 'supplier.rerated'"

    def events() -> int:
        with psycopg.connect(own_database.admin) as connection:
            return connection.execute(told).fetchone()[0]  # type: ignore[index]

    # 4.27, 4.31, 4.35 with the usual orders before them: the step lies at 4.30.
    rate(world.moon_id, marks=(5, 5, 5))
    first = events()
    rate(world.moon_id, marks=(5, 5, 5))

    assert (first, events()) == (1, 1)
