"""The real files of real shops go in whole: every row listed, waiting or turned away with its reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.catalog_import.conftest import Dock

pytestmark = pytest.mark.feeds


@pytest.mark.parametrize(
    ("name", "rows", "listed", "faulty"),
    [
        ("zh/jd_vop_order_lines.csv", 35, 35, 0),
        ("zh/lenovo_cn_2022.csv", 42, 42, 0),
        ("zh/litemall_goods_gb18030.csv", 239, 239, 0),
        ("zh/litemall_goods_utf8bom.csv", 239, 239, 0),
        ("zh/macrozheng_mall_pms_product.csv", 38, 27, 11),
    ],
)
def test_real_file_is_taken_and_every_row_accounted_for(
    dock: Dock, feed: Callable[[str], bytes], name: str, rows: int, listed: int, faulty: int
) -> None:
    summary = dock.bring(feed(name), name=name.rpartition("/")[2])

    assert summary.stage == "merged"
    assert summary.rows == rows
    assert sum(summary.counts.values()) == rows
    assert summary.faulty == faulty
    assert dock.rows("select count(*) from listing") == [(listed,)]
    assert dock.rows("select count(*) from listing where description_html ~* '<(img|a|script|video|source|style)'") == [
        (0,)
    ]
    assert dock.rows("select count(*) from listing where description_html ~* 'https?://|javascript:'") == [(0,)]


def test_both_encodings_of_one_shop_end_in_identical_listings(dock: Dock, feed: Callable[[str], bytes]) -> None:
    columns = (
        "sku, name, supplier_category, price_fen, market_price_fen, tax_rate_bp, unit, pack_size, pack_text, stock,"
        " delivery_days, region_codes, origin, warranty_months, description_html, state"
    )

    dock.bring(feed("zh/litemall_goods_gb18030.csv"), supplier=0)
    dock.bring(feed("zh/litemall_goods_utf8bom.csv"), supplier=1)

    first, second = dock.supplier_ids[:2]
    ours = dock.rows(f"select {columns} from listing where supplier_id = {first} order by sku")
    theirs = dock.rows(f"select {columns} from listing where supplier_id = {second} order by sku")
    assert len(ours) == 239
    assert ours == theirs


def test_second_encoding_sent_by_the_same_shop_changes_nothing(dock: Dock, feed: Callable[[str], bytes]) -> None:
    dock.bring(feed("zh/litemall_goods_gb18030.csv"))

    summary = dock.bring(feed("zh/litemall_goods_utf8bom.csv"))

    assert summary.listings_touched == 0


def test_shop_price_and_counter_price_are_told_apart(dock: Dock, feed: Callable[[str], bytes]) -> None:
    dock.bring(feed("zh/litemall_goods_utf8bom.csv"))

    assert dock.rows("select price_fen, market_price_fen from listing where sku = '1006002'") == [(89900, 91900)]


def test_faults_of_the_messy_shop_are_named(dock: Dock, feed: Callable[[str], bytes]) -> None:
    dock.bring(feed("zh/macrozheng_mall_pms_product.csv"))

    found = dock.rows(
        "select code, count(*) from import_row, unnest(codes || batch_codes) as code where outcome = 'faulty'"
        " group by code order by code"
    )
    assert found == [
        ("price.zero", 2),
        ("sku.duplicate", 9),
        ("sku.missing", 2),
        ("unit.missing", 2),
    ]
