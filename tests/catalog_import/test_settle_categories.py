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


OLD_GOODS = (
    "商品编号,商品名称,类目,品牌,型号,计量单位,含税单价\n"
    "B1,联想台式计算机,A02010104,联想,T1,台,3999\n"
    "B2,惠普激光打印机 A4 黑白,A0201060102,惠普,P1,台,999\n"
    "B3,得力复印纸,A090101,得力,7757,包,25\n"
    "B4,浪潮服务器,A02010104 服务器,浪潮,S1,台,19999\n"
)
PLACED = "select r.sku, r.category_code, r.batch_codes from import_row r order by 1"


def test_codes_of_2013_are_understood_and_the_supplier_is_told(dock: Dock) -> None:
    dock.bring(OLD_GOODS.encode())

    assert dock.rows(PLACED) == [
        ("B1", "A02010105", ["category.old_code"]),
        # parted in four: it is asked about, with the likeliest first
        ("B2", None, ["category.needed"]),
        ("B3", "A05040101", ["category.old_code"]),
        # beside its name of today a code is one of today, whatever else the file holds
        ("B4", "A02010104", []),
    ]
    (asked,) = waiting_words(dock.actor())
    assert asked.suggestions[0].code in ("A02021001", "A02021003")


def test_a_code_that_both_catalogues_know_is_one_of_today_unless_the_file_says_otherwise(dock: Dock) -> None:
    dock.bring(OLD_GOODS.replace("A0201060102", "激光打印机").replace("A090101", "复印纸").encode())
    assert ("B1", "A02010104", []) in dock.rows(PLACED)

    dock.bring("商品编号,商品名称,类目,单位,单价\nC1,台式计算机,A02010104 台式计算机,台,3999\n".encode())
    assert ("C1", "A02010105", ["category.old_code"]) in dock.rows(PLACED)


def test_what_the_supplier_settled_for_an_old_code_is_kept(dock: Dock) -> None:
    dock.bring(OLD_GOODS.encode())
    settle_words(actor=dock.actor(), supplier_id=dock.supplier_ids[0], codes_by_word={"A0201060102": "A02021003"})

    dock.bring(OLD_GOODS.replace("999\n", "989\n").encode())

    assert ("B2", "A02021003", []) in dock.rows(PLACED)
