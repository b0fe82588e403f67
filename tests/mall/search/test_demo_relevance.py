"""What clerks type into the demo mall, judged by the products a page shows: a table of queries with floors."""

from __future__ import annotations

import pytest

from benchmarks.demo_goods import demo_goods
from benchmarks.search_relevance import MEANT, Answered, answer_all, by_kind, judged_queries
from mall.search.engine import SearchEngine
from mall.search.query import Query

#: over all queries; ranking by word statistics (BM25) reached a precision of 0.77 on the first 54 of them
PRECISION_FLOOR, NDCG_FLOOR = 0.945, 0.97
#: no kind of query may be bad so that the others look good
KIND_NDCG_FLOOR = 0.85
#: offers on a page of the shop
PAGE = 48

#: words that mean several things: every category of them has to be somewhere on the first page
MEANINGS = {
    "打印机": {"A02021003"},
    "dayinji": {"A02021003"},
    "电脑": {"A02010105", "A02010108"},
    "電腦": {"A02010105", "A02010108"},
    "笔记本": {"A05040106", "A02010108"},
    "投影": {"A02020200", "A02020300"},
}


@pytest.fixture(scope="module")
def answered(demo_engine: SearchEngine) -> list[Answered]:
    return answer_all(demo_engine, judged_queries(), goods=demo_goods())


def test_precision_and_gain_stay_above_their_floors(answered: list[Answered]) -> None:
    *kinds, every = by_kind(answered)

    assert every["queries"] >= 150
    assert every["p@10"] >= PRECISION_FLOOR, kinds
    assert every["nDCG@10"] >= NDCG_FLOOR, kinds
    assert [row for row in kinds if row["nDCG@10"] < KIND_NDCG_FLOOR] == []


def test_no_query_finds_nothing(answered: list[Answered]) -> None:
    assert [one.judged.query for one in answered if one.is_empty] == []


def test_the_first_product_is_what_was_meant(answered: list[Answered]) -> None:
    wrong = {one.judged.query: one.first[0] for one in answered if one.first and one.first[0][1] != MEANT}

    assert wrong == {}


@pytest.mark.parametrize(("text", "categories"), MEANINGS.items())
def test_every_meaning_is_on_the_first_page(demo_engine: SearchEngine, text: str, categories: set[str]) -> None:
    goods = {document.id: document for document in demo_goods()}

    shown = {goods[listing_id].category_code for listing_id in demo_engine.search(Query(text=text, size=PAGE)).ids}

    assert categories <= shown


@pytest.mark.parametrize(
    ("text", "thing", "accessory"),
    [("打印机", "打印机", "墨水"), ("鼠标", "鼠标", "鼠标垫"), ("复印机", "复合机", "租赁")],
)
def test_things_come_before_what_is_for_them(demo_engine: SearchEngine, text: str, thing: str, accessory: str) -> None:
    goods = {document.id: document for document in demo_goods()}

    names = [goods[listing_id].name for listing_id in demo_engine.search(Query(text=text, size=200)).ids]

    things = [place for place, name in enumerate(names) if thing in name and accessory not in name]
    accessories = [place for place, name in enumerate(names) if accessory in name]
    assert things and accessories and max(things) < min(accessories)
