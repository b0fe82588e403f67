"""What a supplier's file does to the life of listings where reviewers are asked."""

from __future__ import annotations

import pytest

from tests.catalog_import.conftest import Dock

HEADER = "商品编号,商品名称,类目,品牌,型号,单位,包装规格,单价,库存\n"
TERMS = "select sku, price_fen, unit, pack_size, stock, state from listing order by sku"
CHANGES = (
    "select old_price_fen, price_fen, old_unit, unit, old_pack_size, pack_size, state from listing_change order by id"
)


def csv(rows: str) -> bytes:
    return (HEADER + rows).encode()


@pytest.fixture
def reviewed(dock: Dock) -> Dock:
    """A dock with one listing on the shelf; from now on two people are asked."""
    dock.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,25.00,100\n"))
    dock.ask_reviewers(2)
    return dock


def test_new_goods_wait_for_the_reviewers_with_their_history(dock: Dock) -> None:
    dock.ask_reviewers(2)

    dock.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,25.00,\nA2,茶歇,我的类目,,,份,,30,\n"))

    assert dock.rows("select sku, state from listing order by sku") == [("A1", "checked"), ("A2", "needs_category")]
    history = dock.rows("select document, action, before, after, note from document_step order by document, id")
    assert history == [
        ("listing:1", "submit", "", "submitted", "import_batch:1"),
        ("listing:1", "check", "submitted", "checked", "import_batch:1"),
        ("listing:2", "receive", "", "needs_category", "import_batch:1"),
    ]


def test_goods_above_the_ceiling_are_stopped_and_the_rest_goes_on(dock: Dock) -> None:
    dock.ask_reviewers(2)

    dock.bring(csv("A1,联想台式机,台式计算机,联想,M1,台,,5000.01,\nA2,联想台式机,台式计算机,联想,M2,台,,4999,\n"))

    assert dock.rows("select sku, state from listing order by sku") == [("A1", "intercepted"), ("A2", "checked")]


def test_a_rise_waits_and_a_cut_holds_at_once(reviewed: Dock) -> None:
    reviewed.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,26.00,90\n"))
    after_rise = reviewed.rows(TERMS)
    reviewed.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,24.00,90\n"))

    assert after_rise == [("A1", 2500, "包", 1, 90, "on_shelf")]
    assert reviewed.rows(TERMS) == [("A1", 2400, "包", 1, 90, "on_shelf")]
    assert reviewed.rows(CHANGES) == [(2500, 2600, "包", "包", 1, 1, "withdrawn")]
    assert reviewed.rows("select old_price_fen, new_price_fen from price_change order by id") == [
        (None, 2500), (2500, 2400),
    ]  # fmt: skip


def test_another_unit_or_pack_waits_with_its_price(reviewed: Dock) -> None:
    reviewed.bring(csv("A1,得力复印纸,复印纸,得力,7757,箱,5包/箱,20.00,100\n"))

    assert reviewed.rows(TERMS) == [("A1", 2500, "包", 1, 100, "on_shelf")]
    assert reviewed.rows(CHANGES) == [(2500, 2000, "包", "箱", 1, 5, "waiting")]


def test_the_same_rise_again_touches_nothing(reviewed: Dock) -> None:
    reviewed.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,26.00,100\n"))
    before = reviewed.rows("select id, xmin::text from listing_change union all select id, xmin::text from listing")
    steps = reviewed.rows("select count(*) from document_step")

    reviewed.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,, 26.00,100\n"))

    after = reviewed.rows("select id, xmin::text from listing_change union all select id, xmin::text from listing")
    assert (after, reviewed.rows("select count(*) from document_step")) == (before, steps)


def test_goods_changed_under_review_are_checked_anew_but_not_for_their_stock(dock: Dock) -> None:
    dock.ask_reviewers(2)
    dock.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,25.00,100\n"))

    dock.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,25.00,90\n"))
    after_stock = dock.rows("select action from document_step order by id")
    dock.bring(csv("A1,得力复印纸,复印纸,得力,7757,包,,27.00,90\n"))

    assert after_stock == [("submit",), ("check",)]
    assert dock.rows("select action from document_step order by id") == [
        ("submit",), ("check",), ("recheck",), ("check",),
    ]  # fmt: skip
    assert dock.rows(TERMS) == [("A1", 2700, "包", 1, 90, "checked")]


def test_goods_kept_off_the_shelf_by_the_file_are_drafts_until_it_says_otherwise(dock: Dock) -> None:
    dock.ask_reviewers(2)
    states = []
    for word in ("否", "是"):
        dock.bring(f"商品编号,商品名称,类目,单位,单价,是否上架\nA1,笔,笔,支,2,{word}\n".encode())
        states += dock.rows("select state from listing")

    assert states == [("draft",), ("checked",)]


def test_what_a_new_ceiling_forbids_is_not_put_on_by_a_file(reviewed: Dock) -> None:
    file = "商品编号,商品名称,类目,单位,单价,是否上架\nA1,得力复印纸,复印纸,包,25,{}\n"
    reviewed.bring(file.format("否").encode())
    reviewed.write(
        "insert into price_ceiling (category_code, ceiling_fen, valid_from, source, state, entered_by_id, entered_at,"
        " confirmed_by_id) values ('A05040101', 2000, '2026-01-01', '框架协议', 'in_force', 1, now(), 2)"
    )

    reviewed.bring(file.format("是").encode())

    assert reviewed.rows("select state from listing") == [("off_shelf",)]
    stopped = reviewed.rows("select facts->>'source' from document_step where action = 'stop'")
    assert stopped == [("框架协议",)]


def test_a_file_speaks_of_certificates_in_its_specification(dock: Dock) -> None:
    dock.demand_all()
    header = "商品编号,商品名称,类目,品牌,型号,单位,单价,规格参数\n"
    said = "处理器:i5;内存:16GB;硬盘:512GB"
    rows = [
        f"A1,联想台式机,台式计算机,联想,M1,台,4000,{said};节能环保证书编号:CQC-1;证书有效期至:2035-12-31",
        f"A2,联想台式机,台式计算机,联想,M2,台,4000,{said};节能环保证书编号:CQC-2;证书有效期至:2020-12-31",
        f"A3,联想台式机,台式计算机,联想,M3,台,4000,{said};节能环保证书编号:CQC-3;证书有效期至:2035-02-30",
        f"A4,联想台式机,台式计算机,联想,M4,台,4000,{said}",
        "A5,联想台式机,台式计算机,联想,M5,台,4000,节能环保证书编号:CQC-5;证书有效期至:2035-12-31",
    ]

    dock.bring((header + "\n".join(rows) + "\n").encode())

    assert dock.rows("select sku, state, certificate_number from listing order by sku") == [
        ("A1", "on_shelf", "CQC-1"),
        ("A2", "rejected", "CQC-2"),
        ("A3", "rejected", "CQC-3"),
        ("A4", "rejected", ""),
        ("A5", "rejected", "CQC-5"),
    ]
    reasons = dock.rows(
        "select document, facts->'reasons' from document_step where action = 'refuse' order by document"
    )
    assert [found for _, found in reasons] == [["certificate_missing"]] * 3 + [["attribute_missing"]]


def test_a_certificate_stays_when_a_later_file_is_silent_about_it(dock: Dock) -> None:
    file = "商品编号,商品名称,类目,单位,单价,规格参数\nA1,联想台式机,台式计算机,台,4000,{}\n"
    dock.bring(file.format("节能环保证书编号:CQC-1;证书有效期至:2035-12-31").encode())

    again = dock.bring(file.format("内存:16GB").encode())

    assert again.counts["unchanged"] == 1
    assert dock.rows("select certificate_number, certificate_until::text from listing") == [("CQC-1", "2035-12-31")]
