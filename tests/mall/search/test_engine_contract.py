"""What every search engine must do, whichever it is."""

from __future__ import annotations

import os
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from mall.search.document import Document, facet_values, stamp
from mall.search.engine import EngineUnavailable, SearchEngine
from mall.search.open_engine import open_engine
from mall.search.query import FACETS, Query
from mall.search.rebuild_index import apply
from tests.mall.search.office_goods import office_goods
from tests.mall.search.search_engines import engine_settings, every_page, found

HOSTILE_TEXTS = (
    "😀🖨️",
    "打印机😀",
    "\x00\x01\x1f",
    "打印机\x00",
    "\ud800",
    "打印机\udfff",
    "* ? ^ ~ ( ) [ ] { } \" ' \\ / : + - ! && ||",
    "name:打印机",
    "id:[0 TO 999]",
    '"打印机',
    "打印机 OR *",
    "a" * 2_000,
    "打印机" * 700,
    "得力 中性笔 黑色 晨光 复印纸 硒鼓 墨盒 惠普 佳能 键盘 鼠标 文件柜",
    "\u202e打印机\u200b",
    "'; DROP TABLE listing; --",
)


def brute_force(goods: list[Document], *, facet: str, **conditions: tuple[str, ...]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for document in goods:
        values = facet_values(document)
        if all(set(values[name]) & set(wanted) for name, wanted in conditions.items()):
            counts.update(values[facet])
    return dict(counts)


def test_ensure_twice_keeps_the_documents(engine: SearchEngine) -> None:
    apply(engine, upserts=office_goods(count=3))

    engine.ensure()

    assert found(engine, sort="price_asc", size=10) and engine.stats().listings == 3


def test_document_is_found_after_refresh(engine: SearchEngine) -> None:
    printer = replace(office_goods(count=1)[0], id=77, name="奔图 P2206NW 黑白激光打印机")

    engine.upsert([printer])
    engine.refresh()

    assert found(engine, "激光打印机") == [77]


def test_same_id_replaces(engine: SearchEngine) -> None:
    before = replace(office_goods(count=1)[0], id=5, name="得力 订书机", price_fen=1_000)
    apply(engine, upserts=[before])

    apply(engine, upserts=[replace(before, name="得力 碎纸机", price_fen=2_000)])

    assert found(engine, "碎纸机") == [5]
    assert found(engine, "订书机") == []
    assert found(engine, price_max_fen=1_999) == []
    assert engine.stats().listings == 1


def test_deleting_takes_out_and_unknown_ids_are_fine(engine: SearchEngine) -> None:
    apply(engine, upserts=office_goods(count=4))

    apply(engine, deletes=[2, 999_999])
    apply(engine, deletes=[2])

    assert sorted(found(engine)) == [1, 3, 4]


def test_off_shelf_is_never_returned(engine: SearchEngine) -> None:
    goods = office_goods(count=4)
    apply(engine, upserts=goods)

    apply(engine, upserts=[replace(goods[0], on_shelf=False), replace(goods[1], id=90, on_shelf=False)])
    incremental = sorted(found(engine))
    engine.rebuild([replace(document, on_shelf=document.id != 3) for document in goods])

    assert incremental == [2, 3, 4]
    assert sorted(found(engine)) == [1, 2, 4]


def test_applying_again_changes_nothing(engine: SearchEngine) -> None:
    goods = office_goods(count=20)

    apply(engine, upserts=goods, deletes=[3, 50])
    once = engine.search(Query(facets=FACETS, sort="price_asc"))
    apply(engine, upserts=goods, deletes=[3, 50])
    twice = engine.search(Query(facets=FACETS, sort="price_asc"))

    assert (once.ids, once.total, once.facets) == (twice.ids, twice.total, twice.facets)
    assert once.total == 20


def test_empty_text_browses_all_with_facets(full_engine: SearchEngine, goods: list[Document]) -> None:
    result = full_engine.search(Query(text="  ", facets=FACETS))

    assert result.total == 2_000 and result.total_exact and not result.degraded and not result.relaxed
    for facet in FACETS:
        assert dict(result.facets[facet]) == brute_force(goods, facet=facet)


def test_filters_are_or_inside_and_and_between(full_engine: SearchEngine, goods: list[Document]) -> None:
    wanted = {"brand": ("得力/deli", "晨光/M&G"), "green": ("1",), "region": ("410122", "410100", "410000")}

    result = full_engine.search(Query(filters=wanted, size=200))

    expected = {
        document.id
        for document in goods
        if document.brand in wanted["brand"]
        and document.green
        and {410122, 410100, 410000} & set(document.region_codes)
    }
    assert len(expected) > 20
    assert set(every_page(full_engine, size=50, filters=wanted)) == expected
    assert result.total == len(expected)


def test_category_filter_reaches_everything_below(full_engine: SearchEngine, goods: list[Document]) -> None:
    result = full_engine.search(Query(filters={"category": ("A05040400",)}, facets=("category",)))

    expected = [document for document in goods if "A05040400" in document.category_ancestors]
    assert result.total == len(expected) > 100


def test_filter_without_values_filters_nothing(full_engine: SearchEngine) -> None:
    assert full_engine.search(Query(filters={"brand": ()})).total == 2_000


def test_facets_are_disjunctive(full_engine: SearchEngine, goods: list[Document]) -> None:
    query = Query(filters={"brand": ("得力/deli",), "green": ("1",)}, facets=FACETS)

    facets = full_engine.search(query).facets

    assert dict(facets["brand"]) == brute_force(goods, facet="brand", green=("1",))
    assert dict(facets["green"]) == brute_force(goods, facet="green", brand=("得力/deli",))
    assert dict(facets["price"]) == brute_force(goods, facet="price", brand=("得力/deli",), green=("1",))
    assert dict(facets["supplier"]) == brute_force(goods, facet="supplier", brand=("得力/deli",), green=("1",))


def test_facet_counts_are_most_frequent_first(full_engine: SearchEngine) -> None:
    pairs = full_engine.search(Query(text="打印机", facets=("brand",))).facets["brand"]

    assert list(pairs) == sorted(pairs, key=lambda pair: (-pair[1], pair[0])) and len(pairs) > 3


@pytest.mark.parametrize(
    "value",
    [
        '410100"',
        '" OR id > 0 OR region = "',
        "410100\\",
        '\\" OR brand EXISTS OR region = "x',
        "*",
        "410100 OR 410200",
        "",
    ],
)
def test_scope_is_not_widened_by_odd_values(full_engine: SearchEngine, value: str) -> None:
    in_scope = set(every_page(full_engine, size=200, scope={"region": ("410100",)}))

    by_scope = every_page(full_engine, size=200, scope={"region": (value,)})
    by_filter = every_page(full_engine, size=200, scope={"region": ("410100",)}, filters={"region": (value, "410200")})

    assert by_scope == []
    assert set(by_filter) < in_scope


def test_scope_is_anded_to_filters_text_and_facets(full_engine: SearchEngine, goods: list[Document]) -> None:
    query = Query(scope={"supplier": ("101",)}, filters={"supplier": ("101", "102")}, facets=("supplier", "brand"))

    result = full_engine.search(query)

    own = {document.id for document in goods if document.supplier_id == 101}
    assert set(result.ids) <= own and result.total == len(own)
    assert dict(result.facets["supplier"]) == {"101": len(own)}
    assert dict(result.facets["brand"]) == brute_force(goods, facet="brand", supplier=("101",))


def test_scope_without_values_finds_nothing(full_engine: SearchEngine) -> None:
    result = full_engine.search(Query(scope={"region": ()}, facets=("brand",)))

    assert (result.ids, result.total, dict(result.facets["brand"])) == ((), 0, {})


def test_values_with_quotes_and_backslashes_can_be_filtered(engine: SearchEngine) -> None:
    odd = replace(office_goods(count=1)[0], id=1, brand='3"\\M')
    apply(engine, upserts=[odd, replace(odd, id=2, brand="3M")])

    result = engine.search(Query(filters={"brand": ('3"\\M',)}, facets=("brand",)))

    assert result.ids == (1,)
    assert dict(result.facets["brand"]) == {'3"\\M': 1, "3M": 1}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(100, 300, [1, 2, 3]), (101, 300, [2, 3]), (100, 299, [1, 2]), (200, 200, [2]), (None, 100, [1]), (300, None, [3]),
     (301, 200, []), (-5, None, [1, 2, 3]), (None, -1, []), (None, 10**30, [1, 2, 3])],
)  # fmt: skip
def test_price_bounds_are_inclusive(
    engine: SearchEngine, low: int | None, high: int | None, expected: list[int]
) -> None:
    base = office_goods(count=1)[0]
    apply(engine, upserts=[replace(base, id=number, price_fen=number * 100) for number in (1, 2, 3)])

    assert found(engine, price_min_fen=low, price_max_fen=high, sort="price_asc") == expected


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("price_asc", lambda document: (document.price_fen, document.id)),
        ("price_desc", lambda document: (-document.price_fen, document.id)),
        ("sales", lambda document: (-document.sales, document.id)),
        ("newest", lambda document: (-document.created.toordinal(), document.id)),
        ("relevance", lambda document: (-document.sales, document.id)),
    ],
)
def test_sorts_break_ties_by_id(full_engine: SearchEngine, goods: list[Document], sort: str, key) -> None:
    wanted = {"category": ("A05040000",)}

    ids = every_page(full_engine, size=100, sort=sort, filters=wanted)

    below = [document for document in goods if "A05040000" in document.category_ancestors]
    assert ids == [document.id for document in sorted(below, key=key)]


@pytest.mark.parametrize("sort", ["relevance", "price_asc", "newest"])
def test_pages_have_no_gap_and_no_overlap(full_engine: SearchEngine, sort: str) -> None:
    total = full_engine.search(Query(text="打印机", sort=sort)).total

    small = every_page(full_engine, size=7, text="打印机", sort=sort)
    large = every_page(full_engine, size=200, text="打印机", sort=sort)

    assert len(small) == len(set(small)) == total > 200
    assert small == large


def test_equal_names_are_ordered_by_sales_and_id(engine: SearchEngine) -> None:
    base = replace(office_goods(count=1)[0], sku="", model="")
    apply(engine, upserts=[replace(base, id=number, sales=number % 3) for number in range(1, 40)])
    apply(engine, upserts=[replace(base, id=40, sales=99)])

    ids = every_page(engine, size=5, text=base.name)

    assert ids == sorted(range(1, 41), key=lambda number: (-99 if number == 40 else -(number % 3), number))


def test_goods_of_a_category_in_demand_come_first_among_equals(engine: SearchEngine) -> None:
    base = replace(office_goods(count=1)[0], name="得力 打印机", sales=0)
    apply(engine, upserts=[replace(base, id=1, demand=3), replace(base, id=2, demand=900)], deletes=[])

    assert found(engine, "打印机") == [2, 1]


def test_the_better_offer_comes_first_among_equals(engine: SearchEngine) -> None:
    base = replace(office_goods(count=1)[0], name="得力 打印机", sales=0)
    merits = {1: 3, 2: 9, 3: 0, 4: 9}
    apply(engine, upserts=[replace(base, id=number, merit=points) for number, points in merits.items()])

    assert found(engine, "打印机") == [2, 4, 1, 3]
    assert found(engine) == [2, 4, 1, 3]


def test_what_one_sold_before_does_not_outweigh_the_best_offer(engine: SearchEngine) -> None:
    base = replace(office_goods(count=1)[0], name="得力 打印机")
    apply(engine, upserts=[replace(base, id=1, sales=100_000), replace(base, id=2, sales=0, merit=10)])

    assert found(engine, "打印机") == found(engine) == [2, 1]


def test_no_merit_lifts_an_accessory_over_the_thing(engine: SearchEngine) -> None:
    base = replace(office_goods(count=1)[0], brand="得力", model="", sku="", keywords="")
    printer = replace(base, id=1, name="得力 打印机", category_code="A02021003", category_name="打印机", sales=0)
    ink = replace(
        base, id=2, name="得力 打印机墨水", category_code="A05040202", category_name="墨水", sales=5_000, demand=5_000,
        merit=10,
    )  # fmt: skip
    apply(engine, upserts=[printer, ink])

    assert found(engine, "打印机") == [1, 2]


@pytest.mark.parametrize("sort", ["price_asc", "price_desc", "sales", "newest"])
def test_merit_orders_nothing_else(engine: SearchEngine, sort: str) -> None:
    base = office_goods(count=1)[0]
    apply(engine, upserts=[replace(base, id=1), replace(base, id=2, merit=10)])

    assert found(engine, sort=sort) == [1, 2]


def test_page_beyond_the_end_is_empty_and_still_counts(full_engine: SearchEngine) -> None:
    near = full_engine.search(Query(page=60, size=100))
    far = full_engine.search(Query(text="打印机", page=1_000_000, size=200))

    assert near.ids == () and near.total == 2_000
    assert far.ids == () and far.total > 200


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_no_text_breaks_a_search_or_suggestion(full_engine: SearchEngine, text: str) -> None:
    result = full_engine.search(Query(text=text, facets=("brand",), scope={"region": ("410122",)}))
    suggestions = full_engine.suggest(text, scope={"region": ("410122",)})

    assert result.total < 2_000 or text == "\x00\x01\x1f"
    assert len(suggestions) <= 10


@pytest.mark.parametrize("text", ["*", "?", "~", "()", '""', "^", "打*机", "p.*", "LQ-6??KII"])
def test_special_signs_are_no_operators(full_engine: SearchEngine, text: str) -> None:
    plain = "".join(sign if sign.isalnum() or sign == "-" else " " for sign in text)

    assert full_engine.search(Query(text=text)).ids == (
        full_engine.search(Query(text=plain)).ids if plain.strip() else ()
    )


def test_documents_of_odd_text_can_be_indexed(engine: SearchEngine) -> None:
    base = office_goods(count=1)[0]
    odd = replace(
        base,
        id=8,
        name="打印机\ud800\x00😀" + "长" * 5_000,
        brand="b\udfff\x00" + "x" * 500,
        model="\x1f",
        sku="\ud83d",
    )

    apply(engine, upserts=[odd])
    engine.rebuild([odd])

    assert found(engine, "打印机") == [8]
    assert len(engine.search(Query(facets=("brand",))).facets["brand"]) == 1


def test_suggestions_complete_brands_categories_and_listings(full_engine: SearchEngine) -> None:
    by_name = full_engine.suggest("得", limit=8)
    by_pinyin = full_engine.suggest("dangan", limit=8)
    by_model = full_engine.suggest("LQ-6", limit=8)

    assert ("brand", "得力/deli") in {(each.kind, each.text) for each in by_name}
    assert ("category", "档案用品", "A05040403") in {(each.kind, each.text, each.value) for each in by_pinyin}
    assert any(each.kind in ("product", "listing") and "LQ-630KII" in each.text for each in by_model)
    assert len(by_name) <= 8 and full_engine.suggest("得", limit=0) == [] and full_engine.suggest("") == []


def test_suggestions_stay_in_scope(full_engine: SearchEngine, goods: list[Document]) -> None:
    own = {document.brand for document in goods if document.supplier_id == 101}
    foreign = next(document.brand for document in goods if document.brand not in own)

    assert any(each.kind == "brand" for each in full_engine.suggest(foreign))
    assert full_engine.suggest(foreign, scope={"supplier": ("101",)}) == []


def test_rebuild_while_others_search_never_fails_nor_empties(engine: SearchEngine) -> None:
    goods = office_goods(count=300)
    engine.rebuild(goods)
    stop, troubles, totals = threading.Event(), [], set()

    def keep_searching() -> None:
        while not stop.is_set():
            try:
                totals.add(engine.search(Query(text="打印机", facets=("brand",))).total)
            except EngineUnavailable as error:
                troubles.append(error)

    searchers = [threading.Thread(target=keep_searching) for _ in range(2)]
    for searcher in searchers:
        searcher.start()
    for _ in range(4):
        engine.rebuild(goods)
    stop.set()
    for searcher in searchers:
        searcher.join()

    assert troubles == []
    assert len(totals) == 1 and totals.pop() > 20


def test_changes_during_a_rebuild_are_in_the_new_index(engine: SearchEngine) -> None:
    goods = office_goods(count=30)
    engine.rebuild(goods)

    def documents():
        yield from goods[:15]
        apply(engine, upserts=[replace(goods[0], name="会议平板 白板一体屏"), replace(goods[0], id=500)], deletes=[2])
        yield from goods[15:]

    engine.rebuild(documents())

    assert found(engine, "会议平板") == [1]
    assert set(every_page(engine, size=100)) == {1, *range(3, 31), 500}


def test_failed_rebuild_leaves_the_old_index(engine: SearchEngine) -> None:
    engine.rebuild(office_goods(count=10))

    def documents():
        yield office_goods(count=1)[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="the database went away"):
        engine.rebuild(documents())

    assert engine.search(Query()).total == 10
    assert engine.rebuild(office_goods(count=11)) == 11


def test_progress_is_told(engine: SearchEngine) -> None:
    told: list[int] = []

    count = engine.rebuild(office_goods(count=1_200), progress=told.append)

    assert count == 1_200
    assert told[0] == 1_000 and told[-1] == 1_200


def test_reader_may_not_write(tmp_path: Path) -> None:
    for kind in ("tantivy", "meilisearch"):
        settings = engine_settings(kind, tmp_path, read_only=True)
        reader = open_engine(replace(settings, meili_url="http://127.0.0.1:9"))
        with pytest.raises(EngineUnavailable):
            reader.upsert(office_goods(count=1))
        with pytest.raises(EngineUnavailable):
            reader.rebuild(office_goods(count=1))


@pytest.mark.skipif(
    not os.environ.get("SUNMALL_MEILI_URL"), reason="SUNMALL_MEILI_URL is not set: embedded engine only"
)
def test_real_meilisearch_answers(tmp_path: Path) -> None:
    """Its presence in the report says whether the contract was also held against a real server."""
    engine = open_engine(engine_settings("meilisearch", tmp_path))

    engine.ensure()

    assert engine.health().state != "down"


def test_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown search engine 'sphinx'"):
        open_engine(replace(engine_settings("tantivy", tmp_path), kind="sphinx"))


@pytest.mark.parametrize(
    "wrong",
    [{"filters": {"colour": ("red",)}}, {"scope": {"colour": ("red",)}}, {"facets": ("colour",)}, {"sort": "cheapest"},
     {"page": 0}, {"size": 0}, {"size": 201}],
)  # fmt: skip
def test_query_of_unknown_names_is_a_bug(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"unknown|page"):
        Query(**wrong)


def test_stamps_name_every_listing_by_growing_id(engine: SearchEngine) -> None:
    goods = office_goods(count=40)
    engine.rebuild(goods)
    apply(engine, upserts=[replace(goods[4], price_fen=goods[4].price_fen + 1)], deletes=[goods[7].id])

    wanted = {each.id: stamp(each) for each in goods if each.id != goods[7].id}
    wanted[goods[4].id] = stamp(replace(goods[4], price_fen=goods[4].price_fen + 1))
    assert list(engine.stamps()) == sorted(wanted.items())
    ids = [goods[4].id, goods[7].id, goods[2].id]
    assert list(engine.stamps(ids)) == sorted((one, wanted[one]) for one in ids if one in wanted)
    assert list(engine.stamps([])) == []


def test_a_stamp_is_of_what_a_buyer_sees(engine: SearchEngine) -> None:
    document = office_goods(count=1)[0]

    for change in ({"price_fen": 1}, {"name": "别的"}, {"region_codes": (410300,)}, {"supplier_name": "别家"}):
        assert stamp(replace(document, **change)) != stamp(document)
    assert stamp(replace(document, sales=99, demand=99)) == stamp(document) < 2**48
