"""Goods without a category are settled in bulk, go on the shelf, and are known the next time."""

from __future__ import annotations

import pytest

from catalog_import.settle_categories import settle_listings, settle_words, waiting_words
from mall.errors import Refusal
from tests.catalog_import.conftest import Dock

GOODS = (
    "商品编号,商品名称,类目,品牌,型号,计量单位,含税单价\n"
    "A1,钢制二斗文件柜,家具区,中伟,W2,个,499\n"
    "A2,钢制四斗文件柜,家具区,中伟,W4,个,699\n"
    "A3,网布会议椅,家具区,中伟,C1,把,199\n"
)
CABINETS, CHAIRS = "A05010502", "A05010303"


def test_waiting_goods_are_grouped_by_the_suppliers_word_with_suggestions(dock: Dock) -> None:
    dock.bring(GOODS.encode())

    words = waiting_words(dock.actor())

    assert [(word.word, word.count) for word in words] == [("家具区", 3)]
    assert words[0].suggestions[0].code == CABINETS
    assert [listing.suggestions[0].code for listing in words[0].listings] == [CABINETS, CABINETS, CHAIRS]


def test_settled_word_puts_its_goods_on_the_shelf_and_is_kept(dock: Dock) -> None:
    dock.bring(GOODS.encode())
    settle_listings(actor=dock.actor(), supplier_id=dock.supplier_ids[0], codes_by_listing={3: CHAIRS})

    settled = settle_words(actor=dock.actor(), supplier_id=dock.supplier_ids[0], codes_by_word={"家具区": CABINETS})
    next_file = dock.bring(GOODS.replace("A1,钢制二斗", "A9,钢制六斗").replace("W2", "W6").encode())

    assert settled == 2
    assert dock.rows(
        "select l.sku, l.state, p.category_code from listing l join product p on p.id = l.product_id order by l.sku"
    ) == [
        ("A1", "on_shelf", CABINETS),
        ("A2", "on_shelf", CABINETS),
        ("A3", "on_shelf", CHAIRS),
        ("A9", "on_shelf", CABINETS),
    ]
    assert (next_file.counts["new"], next_file.counts["unchanged"]) == (1, 2)


def test_settled_goods_of_two_suppliers_become_one_product(dock: Dock) -> None:
    dock.bring(GOODS.encode(), supplier=0)
    dock.bring(GOODS.encode(), supplier=1)
    before = dock.rows("select count(*) from product")

    for supplier in (0, 1):
        settle_words(
            actor=dock.actor(supplier),
            supplier_id=dock.supplier_ids[supplier],
            codes_by_word={"家具区": CABINETS},
        )

    assert before == [(6,)]
    assert dock.rows("select count(*) from product where category_code is not null") == [(3,)]
    assert dock.rows("select count(distinct product_id), count(*) from listing") == [(3, 6)]


def test_file_that_names_the_category_later_settles_the_waiting_goods(dock: Dock) -> None:
    dock.bring(GOODS.encode())

    summary = dock.bring(GOODS.replace("家具区", "文件柜").encode())

    assert summary.counts["changed"] == 3
    assert dock.rows("select distinct state, version from listing") == [("on_shelf", 1)]


def test_category_the_mall_does_not_know_is_refused(dock: Dock) -> None:
    dock.bring(GOODS.encode())

    with pytest.raises(Refusal) as refused:
        settle_words(actor=dock.actor(), supplier_id=dock.supplier_ids[0], codes_by_word={"家具区": "A99999999"})

    assert refused.value.code == "import.category_unknown"
    assert dock.rows("select count(*) from listing where state = 'on_shelf'") == [(0,)]


def test_nobody_settles_the_goods_of_others(dock: Dock) -> None:
    dock.bring(GOODS.encode())

    with pytest.raises(Refusal) as refused:
        settle_words(actor=dock.actor(1), supplier_id=dock.supplier_ids[0], codes_by_word={"家具区": CABINETS})

    assert refused.value.code == "access.denied"
    assert waiting_words(dock.actor(1)) == []
