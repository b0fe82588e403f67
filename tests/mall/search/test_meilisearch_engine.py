"""What the Meilisearch engine sends over the wire and what it makes of the answers, against a recording stand-in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mall.search import meilisearch_engine
from mall.search.document import stamp
from mall.search.engine import EngineTaskFailed, EngineUnavailable
from mall.search.meilisearch_engine import MeilisearchEngine
from mall.search.query import FACETS, Query
from mall.search.rebuild_index import apply
from tests.mall.search.meilisearch_stub import Stub, serve
from tests.mall.search.office_goods import office_goods


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.fixture
def engine(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> Iterator[MeilisearchEngine]:
    monkeypatch.setattr(meilisearch_engine, "TASK_INTERVAL_MS", 1)
    server, url = serve(stub)
    yield MeilisearchEngine(url=url, key="geheim", index="listings", read_only=False)
    server.shutdown()
    server.server_close()


@pytest.fixture
def ready(engine: MeilisearchEngine, stub: Stub) -> MeilisearchEngine:
    """An engine that was rebuilt with a few goods, with the requests so far forgotten."""
    engine.rebuild(office_goods(count=60))
    stub.recorded.clear()
    return engine


def searches(stub: Stub) -> list[dict]:
    """Return the queries of all multi-searches, in order."""
    return [query for request in stub.of("POST", "/multi-search") for query in request.body["queries"]]


def test_ensure_creates_both_indexes_with_settings_once(engine: MeilisearchEngine, stub: Stub) -> None:
    assert engine.ensure() is True
    created = stub.steps()
    assert engine.ensure() is True

    assert sorted(created[:2]) == ["POST /indexes", "POST /indexes"]
    assert created[2:] == ["PATCH /indexes/listings/settings", "POST /indexes/listings_language/documents"]
    assert stub.steps() == created
    assert all(request.authorization == "Bearer geheim" for request in stub.recorded)


def test_the_writer_brings_synonyms_of_operators_and_a_reader_only_groups_words_by_them(
    ready: MeilisearchEngine, stub: Stub
) -> None:
    rows = (("both", ("喷纸神器", "打印机")),)
    reader = MeilisearchEngine(url=ready._url, key="geheim", index="listings", read_only=True)

    reader.use_synonyms(rows)
    assert stub.of("PUT", "/indexes/listings/settings/synonyms") == []
    ready.use_synonyms(rows)

    (sent,) = stub.of("PUT", "/indexes/listings/settings/synonyms")
    assert "打印机" in sent.body["喷 纸 神器"]
    plan = reader._plan("喷纸神器")
    assert plan is not None and len(plan.terms) == 1

    ready.use_synonyms(())

    assert "喷 纸 神器" not in stub.of("PUT", "/indexes/listings/settings/synonyms")[1].body


def test_a_rebuilt_index_has_the_synonyms_of_operators(engine: MeilisearchEngine, stub: Stub) -> None:
    engine.ensure()
    engine.use_synonyms((("both", ("喷纸神器", "打印机")),))

    engine.rebuild(office_goods(count=10))

    (fresh,) = stub.of("PATCH", "/indexes/listings_new/settings")
    assert "喷 纸 神器" in fresh.body["synonyms"]


def test_settings_say_what_the_server_would_get_wrong_by_itself(engine: MeilisearchEngine, stub: Stub) -> None:
    engine.ensure()

    settings = stub.of("PATCH", "/indexes/listings/settings")[0].body

    assert settings["searchableAttributes"] == [
        "head_words", "kind_words", "brand_words", "code", "name_words", "category_words", "keyword_words",
        "head_pinyin", "pinyin", "supplier_words",
    ]  # fmt: skip
    assert settings["localizedAttributes"] == [{"attributePatterns": ["*"], "locales": ["cmn"]}]
    assert settings["typoTolerance"] == {
        "enabled": True,
        "minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8},
        "disableOnAttributes": ["pinyin", "head_pinyin"],
        "disableOnNumbers": True,
    }
    assert settings["pagination"] == {"maxTotalHits": 10_000}
    assert settings["rankingRules"][0] == "sort" and settings["rankingRules"][-4:] == [
        "demand:desc",
        "standing:desc",
        "sales:desc",
        "id:asc",
    ]
    filterable = {name for rule in settings["filterableAttributes"] for name in rule["attributePatterns"]}
    assert filterable == {
        "category", "brand", "supplier", "region", "green", "price_bucket", "category_label", "price_fen", "id",
    }  # fmt: skip
    assert set(settings["sortableAttributes"]) == {"id", "price_fen", "sales", "standing", "created"}
    assert "优盘" in settings["synonyms"]["u 盘"] and "优盘" in settings["dictionary"]


def test_documents_go_as_lines_with_our_own_words(ready: MeilisearchEngine, stub: Stub) -> None:
    printer = replace(
        office_goods(count=1)[0], id=7, name="印表機 LQ-630KII", brand='a"b', region_codes=(410122, 410100)
    )

    apply(ready, upserts=[printer])

    request = stub.of("POST", "/indexes/listings/documents")[0]
    assert (request.query, request.content_type) == ("primaryKey=id", "application/x-ndjson")
    assert request.body[0]["name_words"].split() == ["打印", "印机", "打印机", "lq", "630kii"]
    assert "lq630kii" in request.body[0]["code"].split() and "dayinji" in request.body[0]["pinyin"].split()
    assert request.body[0]["region"] == ["410122", "410100"] and request.body[0]["brand"] == ["a＂b"]
    assert type(request.body[0]["price_fen"]) is int and request.body[0]["price_bucket"] == ["5000-10000"]


def test_off_shelf_and_deleted_listings_are_taken_out(ready: MeilisearchEngine, stub: Stub) -> None:
    goods = office_goods(count=3)

    apply(ready, upserts=[goods[0], replace(goods[1], on_shelf=False)], deletes=[3, 99])

    removed = [request.body for request in stub.of("POST", "/indexes/listings/documents/delete")]
    assert removed == [{"filter": "id IN [3, 99]"}, {"filter": "id IN [2]"}]
    assert [each["id"] for each in stub.of("POST", "/indexes/listings/documents")[0].body] == [1]


def test_search_is_one_round_trip_with_a_query_per_filtered_facet(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.answer_search = lambda query: {
        "hits": [{"id": 3, "name": "x"}, {"id": 1, "name": "y"}] if "page" in query else [],
        "totalHits": 42,
        "facetDistribution": {name: {"a": 1, "b": 2, "c": 2} for name in query["facets"]},
    }
    query = Query(
        text="惠普 打印机",
        filters={"brand": ("惠普/HP", "x"), "green": ("1",)},
        scope={"region": ("410122", "410000")},
        price_min_fen=100,
        price_max_fen=200,
        facets=FACETS,
        sort="price_asc",
        page=2,
        size=10,
    )

    result = ready.search(query)

    scope, brand, green = 'region IN ["410122", "410000"]', 'brand IN ["惠普/HP", "x"]', 'green IN ["1"]'
    prices = ["price_fen >= 100", "price_fen <= 200"]
    assert len(stub.of("POST", "/multi-search")) == 1
    page, without_brand, without_green = searches(stub)
    assert page == {
        "indexUid": "listings",
        "q": "惠普 打印机",
        "locales": ["cmn"],
        "matchingStrategy": "all",
        "filter": [scope, brand, green, *prices],
        "facets": ["category", "supplier", "region", "price_bucket"],
        "attributesToRetrieve": ["id", "name"],
        "page": 2,
        "hitsPerPage": 10,
        "sort": ["price_fen:asc", "id:asc"],
    }
    assert (without_brand["facets"], without_brand["filter"]) == (["brand"], [scope, green, *prices])
    assert (without_green["facets"], without_green["filter"]) == (["green"], [scope, brand, *prices])
    assert without_brand["limit"] == 0
    assert (result.ids, result.total, result.total_exact, result.relaxed) == ((3, 1), 42, True, False)
    assert set(result.facets) == set(FACETS) and result.facets["price"] == (("b", 2), ("c", 2), ("a", 1))


def test_frequent_words_are_dropped_only_when_all_find_nothing(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.answer_search = lambda query: (
        {"hits": [{"id": 9, "name": "z"}], "totalHits": 1}
        if query["matchingStrategy"] == "frequency"
        else {"hits": [], "totalHits": 0}
    )

    relaxed = ready.search(Query(text="洗手 夜"))
    single = ready.search(Query(text="氧"))

    assert (relaxed.ids, relaxed.relaxed) == ((9,), True)
    assert (single.ids, single.relaxed) == ((), False)
    assert [query["matchingStrategy"] for query in searches(stub)] == ["all", "frequency", "all"]


def test_query_is_converted_and_rewritten_before_it_leaves(ready: MeilisearchEngine, stub: Stub) -> None:
    traditional = ready.search(Query(text="印表機 LQ-630KII"))
    pinyin = ready.search(Query(text="dayinji"))

    asked = [query["q"] for query in searches(stub) if query["matchingStrategy"] == "all"]
    assert asked == ["打印机 lq630kii", "打印机"]
    assert (traditional.corrected_text, pinyin.corrected_text) == (None, "打印机")


def test_no_words_browse_all_and_signs_find_nothing(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.answer_search = lambda query: {"hits": [{"id": 1, "name": "x"}], "totalHits": 10_000, "facetDistribution": {}}

    everything = ready.search(Query(text=" "))
    nothing = ready.search(Query(text="***", facets=("brand",)))

    assert [(query["q"], query["sort"]) for query in searches(stub)] == [
        ("", ["standing:desc", "sales:desc", "id:asc"])
    ]
    assert (everything.total, everything.total_exact) == (10_000, False)
    assert (nothing.ids, nothing.total, dict(nothing.facets)) == ((), 0, {"brand": ()})


@pytest.mark.parametrize("value", ['x" OR id > 0 OR brand = "y', "x\\", '\\" OR brand EXISTS OR brand = "x', '"', "]"])
def test_values_cannot_leave_their_quotes(ready: MeilisearchEngine, stub: Stub, value: str) -> None:
    ready.search(Query(scope={"brand": (value,)}, filters={"category": (value,)}))

    for condition in searches(stub)[0]["filter"]:
        inside = condition.split('["', 1)[1].removesuffix('"]')
        assert '"' not in inside and "\\" not in inside


def test_scope_without_values_can_never_hold(ready: MeilisearchEngine, stub: Stub) -> None:
    ready.search(Query(scope={"region": ()}, filters={"brand": ()}))

    assert searches(stub)[0]["filter"] == ["id = -1"]


def test_suggestions_ask_for_brands_categories_and_names(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.facet_hits = {
        "brand": [{"value": "得力/deli", "count": 5}],
        "category_label": [{"value": "档案用品 ｜ A05040403", "count": 3}],
    }
    stub.answer_search = lambda query: {
        "hits": [{"id": 1, "name": "得力 档案盒"}, {"id": 2, "name": "得力 档案盒"}],
        "totalHits": 2,
    }

    suggestions = ready.suggest("得", limit=5, scope={"region": ("410000",)})

    assert [(each.kind, each.text, each.value, each.listings) for each in suggestions] == [
        ("brand", "得力/deli", "得力/deli", 5),
        ("category", "档案用品", "A05040403", 3),
        ("listing", "得力 档案盒", "得力 档案盒", 2),
    ]
    asked = stub.of("POST", "/indexes/listings/facet-search")
    assert [request.body["filter"] for request in asked] == [['region IN ["410000"]']] * 2


def test_stamps_are_fetched_in_pages_and_come_by_growing_id(
    ready: MeilisearchEngine, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meilisearch_engine, "BATCH_DOCUMENTS", 25)
    goods = office_goods(count=60)

    assert list(ready.stamps()) == [(each.id, stamp(each)) for each in goods]

    asked = [request.body for request in stub.of("POST", "/indexes/listings/documents/fetch")]
    assert [body["offset"] for body in asked] == [0, 25, 50]
    assert all(body["fields"] == ["id", "stamp"] for body in asked)
    list(ready.stamps([3, 5]))
    assert stub.of("POST", "/indexes/listings/documents/fetch")[-3].body["filter"] == "id IN [3, 5]"
    assert list(ready.stamps([])) == []


def test_rebuild_swaps_documents_and_dictionary_at_once(engine: MeilisearchEngine, stub: Stub) -> None:
    engine.ensure()
    stub.recorded.clear()

    count = engine.rebuild(office_goods(count=60))

    assert count == 60
    assert [step for step in stub.steps() if "documents" not in step] == [
        "POST /indexes",
        "POST /indexes",
        "PATCH /indexes/listings_new/settings",
        "POST /swap-indexes",
        "DELETE /indexes/listings_new",
        "DELETE /indexes/listings_language_new",
    ]
    swapped = stub.of("POST", "/swap-indexes")[0].body
    assert [pair["indexes"] for pair in swapped] == [
        ["listings", "listings_new"],
        ["listings_language", "listings_language_new"],
    ]
    assert len(stub.documents["listings"]) == 60 and "listings_new" not in stub.documents
    assert engine.ensure() is False and engine.health().is_ready
    assert engine.stats().listings == 60


def test_rebuild_carries_over_changes_of_the_meantime(ready: MeilisearchEngine, stub: Stub) -> None:
    goods = office_goods(count=4)

    def documents():
        yield from goods
        apply(ready, upserts=[replace(goods[0], id=50)], deletes=[2])

    ready.rebuild(documents())

    assert {"1", "3", "4", "50"} <= set(stub.documents["listings"])
    assert {"filter": "id IN [2]"} in [each.body for each in stub.of("POST", "/indexes/listings_new/documents/delete")]


def test_rebuild_removes_what_an_interrupted_one_left(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.documents["listings_new"] = {"5": {"id": 5}}

    ready.rebuild(office_goods(count=3))

    assert stub.steps()[0] == "DELETE /indexes/listings_new"
    assert set(stub.documents["listings"]) == {"1", "2", "3"}


def test_failed_task_is_told_with_its_code(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.failing["documentAdditionOrUpdate"] = {"message": "no space left", "code": "no_space_left_on_device"}

    ready.upsert(office_goods(count=1))
    with pytest.raises(EngineTaskFailed, match="no space left") as caught:
        ready.refresh()

    assert caught.value.code == "no_space_left_on_device"


def test_failed_settings_stop_a_rebuild_before_the_swap(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.failing["settingsUpdate"] = {"message": "bad setting", "code": "invalid_settings"}

    with pytest.raises(EngineTaskFailed, match="bad setting"):
        ready.rebuild(office_goods(count=1))

    assert stub.of("POST", "/swap-indexes") == []


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_refusals_of_the_server_are_unavailability(ready: MeilisearchEngine, stub: Stub, status: int) -> None:
    stub.refusing = (status, {"message": "no", "code": "some_code", "type": "x", "link": ""})

    with pytest.raises(EngineUnavailable, match="some_code"):
        ready.search(Query(text="打印机"))
    assert ready.health().state == "down"


def test_answers_of_another_shape_are_unavailability(ready: MeilisearchEngine, stub: Stub) -> None:
    stub.answer_search = lambda query: {"hits": [], "estimatedTotalHits": 3}

    with pytest.raises(EngineUnavailable, match="totalHits"):
        ready.search(Query(text="打印机"))


def test_nobody_there_is_unavailability() -> None:
    engine = MeilisearchEngine(url="http://127.0.0.1:9", key="", index="listings", read_only=True)

    with pytest.raises(EngineUnavailable, match="cannot be reached"):
        engine.search(Query())
    assert engine.health().state == "down"


def test_threads_do_not_share_a_client(ready: MeilisearchEngine) -> None:
    clients = [ready._reader()]

    thread = threading.Thread(target=lambda: clients.append(ready._reader()))
    thread.start()
    thread.join()

    assert clients[0] is not clients[1] and clients[0] is ready._reader()
