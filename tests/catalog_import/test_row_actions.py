"""Rows that update some of a listing or take it off: what they leave out stays, what nobody has is refused."""

from __future__ import annotations

from catalog_import.run_import import run_batch
from tests.catalog_import.conftest import Dock
from tests.catalog_import.test_run_import import GOODS, csv

WHOLE = (
    "select name, supplier_category, price_fen, market_price_fen, tax_rate_bp, unit, pack_size, pack_text, stock,"
    " delivery_days, region_codes, origin, warranty_months, description_html, state from listing where sku = 'B1'"
)
B1 = (
    "商品编号,商品名称,类目,品牌,型号,计量单位,包装规格,含税单价,市场价,税率,库存,交货天数,配送区域,产地,质保期,商品详情\n"
    "B1,得力复印纸 A4 80g,复印纸,得力,7758,箱,500张/包 5包/箱,125.00,150,13%,40,2,郑州市,浙江,12个月,双面打印不卡纸\n"
)


def _outcomes(dock: Dock, batch_id: int) -> list[tuple[object, ...]]:
    return dock.rows(
        f"select sku, outcome, codes || batch_codes from import_row where batch_id = {batch_id} order by row_number"
    )


def test_an_update_changes_what_it_names_and_nothing_else(dock: Dock) -> None:
    dock.bring(B1.encode())
    before = dock.rows(WHOLE)[0]

    summary = dock.bring("商品编号,操作,含税单价,库存,配送区域\nB1,更新,119.00,,\n".encode())

    after = dock.rows(WHOLE)[0]
    assert summary.counts["price_cut"] == 1 and summary.faulty == 0
    assert after == (*before[:2], 11_900, *before[3:])
    assert before[6:8] == (5, "500张/包 5包/箱") and before[10] == [410100]


def test_a_deletion_takes_the_listing_off_by_the_state_door(dock: Dock) -> None:
    dock.bring(csv(GOODS))
    before = dock.rows("select name, price_fen, unit, stock from listing where sku = 'A1'")

    summary = dock.bring("商品编号,操作\nA1,删除\n".encode())
    again = dock.bring("商品编号,操作\nA1,删除\n\n".encode())

    assert (summary.counts["taken_off"], summary.listings_touched) == (1, 1)
    assert (again.counts["unchanged"], again.listings_touched) == (1, 0)
    assert dock.rows("select state from listing where sku = 'A1'") == [("off_shelf",)]
    assert dock.rows("select name, price_fen, unit, stock from listing where sku = 'A1'") == before
    steps = "select action, before, after, note from document_step where document = 'listing:1'"
    assert dock.rows(steps)[-1] == ("take_off", "on_shelf", "off_shelf", f"import_batch:{summary.batch_id}")


def test_an_update_of_something_off_the_shelf_leaves_it_there(dock: Dock) -> None:
    dock.bring(csv(GOODS))
    dock.bring("商品编号,操作\nA1,删除\n".encode())

    dock.bring("商品编号,操作,含税单价\nA1,更新,24.00\n".encode())

    assert dock.rows("select state, price_fen from listing where sku = 'A1'") == [("off_shelf", 2_400)]


def test_what_nobody_has_can_be_neither_updated_nor_deleted(dock: Dock) -> None:
    dock.bring(csv(GOODS))
    # Another supplier's SKU is nobody's here.
    summary = dock.bring("商品编号,操作,含税单价\nA1,更新,24.00\nZ9,删除,\nA2,冲锋,1\n".encode(), supplier=1)

    assert _outcomes(dock, summary.batch_id) == [
        ("A1", "faulty", ["sku.unknown"]),
        ("Z9", "faulty", ["sku.unknown"]),
        ("A2", "faulty", ["name.missing", "unit.missing", "action.unknown"]),
    ]
    assert dock.rows("select count(*) from listing where state = 'on_shelf'") == [(2,)]


def test_adding_rows_of_a_file_with_actions_still_need_all_that_a_listing_needs(dock: Dock) -> None:
    summary = dock.bring(
        "商品编号,操作,商品名称,含税单价,计量单位,类目\nC1,新增,晨光中性笔 K35,2.50,支,笔\nC2,,,,,\n".encode()
    )

    assert summary.counts["new"] == 1
    assert _outcomes(dock, summary.batch_id)[1][2] == ["name.missing", "price.missing", "unit.missing"]


def test_a_dry_run_merged_a_day_later_goes_by_the_listing_of_that_day(dock: Dock) -> None:
    dock.bring(B1.encode())
    waiting = dock.bring("商品编号,操作,库存\nB1,更新,7\n".encode(), mode="dry-run")
    dock.bring("商品编号,操作,含税单价\nB1,更新,99.00\n".encode())

    run_batch(actor=dock.actor(), batch_id=waiting.batch_id, mode="partial")

    assert dock.rows("select price_fen, stock from listing where sku = 'B1'") == [(9_900, 7)]
