"""Searching: the engine finds, the database decides what is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import update

from mall import clock
from mall.catalogue.listing import Listing
from mall.database import atomic, close_reading, session
from mall.outbox.event import Event
from mall.search import search_catalogue
from mall.search.engine import EngineUnavailable
from mall.search.keep_index import IndexKeeper, queue_changed_listing, queue_supplier_of
from mall.search.query import Query
from mall.search.search_catalogue import buyer_region, documents_for_index, region_scope, search_listings
from mall.search.search_task import forget_tasks, waiting_tasks
from mall.search.tantivy_engine import TantivyEngine
from mall.suppliers.supplier import Supplier
from tests.conftest import Clone
from tests.world import World


@atomic(housekeeping="a test's own change")
def _change(table: type, row_id: int, **values: object) -> None:
    session().execute(update(table).where(table.id == row_id).values(**values))


@atomic(housekeeping="an event as the worker delivers it")
def _tell(name: str, document: str) -> None:
    event = Event(id=1, name=name, document=document, payload={}, happened_at=None)  # type: ignore[arg-type]
    (queue_supplier_of if name.startswith("supplier.") else queue_changed_listing)(event)


def _ids(**query: object) -> list[int]:
    close_reading()
    return [row.id for row in search_listings(Query(**query)).rows]  # type: ignore[arg-type]


def test_words_find_listings_with_their_price_of_now(world: World, keeper: IndexKeeper) -> None:
    _change(Listing, world.listings["printer"], price_fen=99_900)

    page = search_listings(Query(text="打印机"))

    assert [(row.id, row.price_fen) for row in page.rows] == [(world.listings["printer"], 99_900)]
    assert (page.total, page.degraded) == (1, False)


def test_a_listing_off_the_shelf_is_not_shown_though_the_index_still_has_it(world: World, keeper: IndexKeeper) -> None:
    _change(Listing, world.listings["printer"], state="off_shelf")

    page = search_listings(Query(text="打印机"))

    assert (page.total, page.rows) == (1, ())


def test_offers_of_suspended_or_unlicensed_suppliers_are_not_shown(world: World, keeper: IndexKeeper) -> None:
    _change(Supplier, world.moon_id, state="suspended")
    _change(Supplier, world.sunny_id, licence_expires_on=date(2020, 1, 1))

    assert _ids(text="复印纸") == []


def test_a_buyer_sees_what_is_delivered_to_her_county(world: World, keeper: IndexKeeper) -> None:
    county_handler = world.actor("handler2")

    everywhere = _ids(text="晨光 复印纸")
    in_the_county = _ids(text="晨光 复印纸", scope=region_scope(county_handler))

    assert buyer_region(county_handler) == 410324
    assert everywhere[0] == world.listings["city_only"]
    assert world.listings["city_only"] not in in_the_county


def test_what_is_not_delivered_to_the_region_is_counted(world: World, keeper: IndexKeeper) -> None:
    query = Query(text="晨光 复印纸", scope=region_scope(world.actor("handler2")))

    counted = search_listings(query, count_undelivered=True)

    # Two words find the one offer that is not delivered there; what is shown has only one of them.
    assert (counted.undelivered, counted.relaxed) == (search_listings(Query(text=query.text)).total, True)
    one_word = replace(query, text="复印纸")
    paper = search_listings(one_word, count_undelivered=True)
    assert paper.undelivered == search_listings(Query(text="复印纸")).total - paper.total > 0
    assert search_listings(query).undelivered == 0
    assert search_listings(Query(text=query.text), count_undelivered=True).undelivered == 0


def test_facets_come_with_their_names(world: World, keeper: IndexKeeper) -> None:
    page = search_listings(Query(text="复印纸", facets=("category", "supplier", "region")))

    categories = {value.value: (value.label, value.count) for value in page.facets["category"]}
    suppliers = {value.label: value.count for value in page.facets["supplier"]}
    assert categories["A05040101"] == ("复印纸", 3)
    assert suppliers == {"郑州晴天办公用品有限公司": 1, "洛阳月光商贸有限公司": 2}
    assert {value.label for value in page.facets["region"]} == {"河南省", "郑州市"}


def test_two_suppliers_of_one_product_are_counted_as_two_offers(world: World, keeper: IndexKeeper) -> None:
    page = search_listings(Query(text="得力 7402"))

    assert {row.id for row in page.rows} == {world.listings["paper"], world.listings["paper2"]}
    assert {row.offers for row in page.rows} == {2}


class _LostEngine:
    def search(self, query: Query) -> None:
        raise EngineUnavailable("gone")

    def suggest(self, text: str, **_: object) -> None:
        raise EngineUnavailable("gone")


def test_the_database_answers_with_one_page_when_the_engine_is_lost(world: World, keeper: IndexKeeper) -> None:
    search_catalogue.use_engine(_LostEngine())  # type: ignore[arg-type]

    page = search_listings(
        Query(text="复印纸", filters={"category": ("A05040000",), "brand": ("得力",)}, price_max_fen=2_200)
    )

    assert [row.id for row in page.rows] == [world.listings["paper"]]
    assert (page.degraded, page.pages, dict(page.facets)) == (True, 1, {})


def test_the_database_search_takes_signs_literally_and_keeps_to_the_scope(world: World, keeper: IndexKeeper) -> None:
    search_catalogue.use_engine(_LostEngine())  # type: ignore[arg-type]

    assert _ids(text="%") == []
    assert _ids(text="SKU_paper") == []
    assert _ids(text="晨光", scope={"region": ("410324", "410300", "410000")}) == []
    assert _ids(text="晨光", scope={"region": ("410100", "410000")}) == [world.listings["city_only"]]
    assert _ids(text="晨光", scope={"region": ()}) == []


def test_an_index_that_is_not_complete_yet_is_not_believed_when_it_finds_nothing(world: World, tmp_path: Path) -> None:
    empty = TantivyEngine(folder=tmp_path / "empty", read_only=False)
    empty.ensure()
    search_catalogue.use_engine(empty)

    page = search_listings(Query(text="打印机"))

    search_catalogue.use_engine(None)
    empty.close()
    assert ([row.id for row in page.rows], page.degraded) == ([world.listings["printer"]], True)


def test_a_change_reaches_the_index_at_the_keepers_next_step(world: World, keeper: IndexKeeper) -> None:
    printer = world.listings["printer"]
    _change(Listing, printer, name="惠普 M1136w 墨粉一体多功能机")
    assert _ids(text="墨粉一体") == []

    _tell("listing.changed", f"listing:{printer}")
    stepped = keeper.step()

    assert stepped == 1
    assert _ids(text="墨粉一体") == [printer]
    assert waiting_tasks(limit=10) == []


def test_a_listing_taken_off_the_shelf_leaves_the_index(world: World, keeper: IndexKeeper) -> None:
    printer = world.listings["printer"]
    _change(Listing, printer, state="off_shelf")

    _tell("listing.take_off", f"listing:{printer}")
    keeper.step()

    assert search_listings(Query(text="打印机")).total == 0


def test_a_suspended_suppliers_listings_leave_the_index_together(world: World, keeper: IndexKeeper) -> None:
    _change(Supplier, world.moon_id, state="suspended")

    _tell("supplier.suspended", f"supplier:{world.moon_id}")

    assert keeper.step() == 2
    assert search_listings(Query(text="复印纸")).total == 1


def test_a_licence_that_ran_out_is_noticed_without_an_event(world: World, keeper: IndexKeeper) -> None:
    worker_of_today = IndexKeeper(keeper._engine)
    _change(Supplier, world.moon_id, licence_expires_on=clock.today() - timedelta(days=1))

    assert worker_of_today.step() == 2


def test_a_listing_that_changes_while_it_is_indexed_stays_queued(world: World, keeper: IndexKeeper) -> None:
    printer = world.listings["printer"]
    _tell("listing.changed", f"listing:{printer}")
    close_reading()
    before = waiting_tasks(limit=10)
    _tell("listing.changed", f"listing:{printer}")

    forget_tasks(before)

    close_reading()
    assert [listing_id for listing_id, _ in waiting_tasks(limit=10)] == [printer]


def test_documents_for_the_index_leave_out_what_may_not_be_sold(world: World) -> None:
    _change(Listing, world.listings["printer"], state="off_shelf")

    everything = {document.id for document in documents_for_index(None)}
    named = {document.id: document.on_shelf for document in documents_for_index([world.listings["printer"], 999_999])}

    assert everything == {listing_id for key, listing_id in world.listings.items() if key != "printer"}
    assert named == {world.listings["printer"]: False}


def test_a_rebuild_keeps_no_transaction_open_during_its_long_work(
    own_database: Clone, world: World, keeper: IndexKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million listings are indexed for minutes; the server ends a transaction that idles for one."""
    waiting: list[int] = []
    fill = TantivyEngine._fill

    def look_then_fill(self: TantivyEngine, *given: Any, **named: Any) -> Any:
        with psycopg.connect(own_database.admin) as admin:
            found = admin.execute(
                "select count(*) from pg_stat_activity where datname = %s and state like 'idle in transaction%%'",
                (own_database.name,),
            ).fetchone()
        waiting.append(found[0] if found else -1)
        return fill(self, *given, **named)

    monkeypatch.setattr(TantivyEngine, "_fill", look_then_fill)

    assert keeper.rebuild() > 0
    assert waiting == [0]
