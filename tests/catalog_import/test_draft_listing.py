"""The form for one listing judges as a file does, and what it saves lives as what a file brings."""

from __future__ import annotations

import pytest

from catalog_import.check_rows import check, raw_frame
from catalog_import.draft_listing import cells_of, judge_cells, save_draft
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.catalogue.submit_listing import submit_listing
from mall.database import close_reading, session
from mall.errors import Refusal
from tests.catalog_import.conftest import Dock

CELLS = {
    "sku": "A1", "name": "得力 A4复印纸 7757", "category": "A05040101", "brand": "得力", "model": "7757",
    "specification": "规格:A4;克重:70g;张数:500张/包", "unit": "包", "price": "￥1,025.50", "market_price": "1200",
    "stock": "100", "regions": "全省", "warranty": "1年", "gtin": "6921734934239", "description": "高白复印纸",
}  # fmt: skip
LISTING = "select sku, name, price_fen, market_price_fen, unit, stock, warranty_months, state from listing"


def save(dock: Dock, *, listing_id: int | None = None, supplier: int = 0, **changes: str) -> int:
    return save_draft(
        actor=dock.actor(supplier),
        supplier_id=dock.supplier_ids[supplier],
        cells={**CELLS, **changes},
        listing_id=listing_id,
    )


def faults(refusal: Refusal) -> list[str]:
    return [error["field"] for error in refusal.facts["errors"]]


def test_what_is_typed_becomes_a_draft_with_its_history(dock: Dock) -> None:
    listing_id = save(dock)

    assert dock.rows(LISTING) == [("A1", "得力 A4复印纸 7757", 102550, 120000, "包", 100, 12, "draft")]
    assert dock.rows("select action, after from document_step") == [("draw_up", "draft")]
    assert dock.rows("select old_price_fen, new_price_fen from price_change") == [(None, 102550)]
    assert submit_listing(actor=dock.actor(), listing_id=listing_id) == "on_shelf"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"price": "面议"}, ["price"]),
        ({"price": "NaN"}, ["price"]),
        ({"sku": "", "name": "=cmd|x"}, ["sku", "name"]),
        ({"category": "我的类目"}, ["category"]),
        ({"category": ""}, ["category"]),
        ({"gtin": "6921734934230"}, ["gtin"]),
    ],
)
def test_errors_are_named_at_their_fields_and_nothing_is_saved(
    dock: Dock, changes: dict[str, str], fields: list[str]
) -> None:
    with pytest.raises(Refusal) as caught:
        save(dock, **changes)

    assert caught.value.code == "request.invalid"
    assert set(faults(caught.value)) == set(fields)
    assert dock.rows("select count(*) from listing") == [(0,)]


@pytest.mark.parametrize(
    "changes",
    [{}, {"price": "1e5"}, {"price": "12.3456"}, {"unit": "托"}, {"regions": "火星"}, {"stock": "很多"}, {"name": ""},
     {"market_price": "1"}, {"delivery_days": "900"}, {"brand": "得\u200b力"}],
)  # fmt: skip
def test_form_and_file_find_the_same(dock: Dock, changes: dict[str, str]) -> None:
    cells = {**CELLS, **changes}
    of_a_file = [*check(raw_frame([(1, cells)]))["codes"][0]]

    of_the_form = judge_cells(cells, supplier_id=dock.supplier_ids[0], language="en")

    close_reading()
    assert len(of_the_form) == len(of_a_file)


def test_form_and_file_make_the_same_listing(dock: Dock) -> None:
    save(dock)
    header, row = ",".join(CELLS), ",".join(f'"{cell}"' for cell in CELLS.values())
    english = {"market_price": "market price", "specification": "specification"}
    header = ",".join(english.get(name, name) for name in CELLS)
    values = (
        "name, price_fen, market_price_fen, tax_rate_bp, unit, pack_size, stock, delivery_days, region_codes, origin,"
        " warranty_months, description_html, product_id"
    )

    dock.bring(f"{header}\n{row}\n".encode(), supplier=1)

    by_form, by_file = dock.rows(f"select {values} from listing order by supplier_id")
    assert by_file == by_form


def test_a_draft_is_mended_and_its_own_product_with_it(dock: Dock) -> None:
    listing_id = save(dock)

    save(dock, listing_id=listing_id, price="999", specification="规格:A4;克重:80g;张数:500张/包")

    assert dock.rows("select price_fen from listing") == [(99900,)]
    assert dock.rows("select count(*), min(specification->>'克重') from product") == [(1, "80g")]
    assert dock.rows("select old_price_fen, new_price_fen from price_change order by id") == [
        (None, 102550), (102550, 99900),
    ]  # fmt: skip
    assert dock.rows("select action from document_step order by id") == [("draw_up",), ("edit",)]


def test_nobody_rewrites_a_product_that_others_sell(dock: Dock) -> None:
    save(dock, supplier=1)

    save(dock, specification="规格:A4;克重:10g;张数:1张/包")

    assert dock.rows("select count(*), min(specification->>'克重') from product") == [(1, "70g")]


def test_one_number_is_one_listing(dock: Dock) -> None:
    save(dock)

    with pytest.raises(Refusal, match=r"listing\.sku_taken"):
        save(dock, name="另一个商品")


def test_what_is_sold_is_not_written_anew(dock: Dock) -> None:
    listing_id = save(dock)
    submit_listing(actor=dock.actor(), listing_id=listing_id)

    with pytest.raises(Refusal, match=r"listing\.not_editable"):
        save(dock, listing_id=listing_id, price="1")


@pytest.mark.parametrize("supplier", [1])
def test_nobody_writes_the_goods_of_others(dock: Dock, supplier: int) -> None:
    listing_id = save(dock)

    with pytest.raises(Refusal):
        save(dock, listing_id=listing_id, supplier=supplier, sku="B9")
    with pytest.raises(Refusal, match=r"access\.denied"):
        save_draft(actor=dock.actor(1), supplier_id=dock.supplier_ids[0], cells=CELLS)


def test_the_same_request_again_saves_once(dock: Dock) -> None:
    ids = [
        save_draft(actor=dock.actor(), supplier_id=dock.supplier_ids[0], cells=CELLS, request_key="draft-0001")
        for _ in "ab"
    ]

    assert ids[0] == ids[1]
    assert dock.rows("select count(*) from listing") == [(1,)]


def test_cells_of_a_listing_are_what_was_typed(dock: Dock) -> None:
    listing_id = save(dock, specification="规格:A4;节能环保证书编号:CQC-1;证书有效期至:2035-12-31")
    listing = session().get_one(Listing, listing_id)

    cells = cells_of(listing, session().get_one(Product, listing.product_id))
    close_reading()
    save(dock, listing_id=listing_id, **cells)

    assert (cells["price"], cells["warranty"], cells["regions"]) == ("1025.50", "12个月", "410000")
    assert dock.rows("select certificate_number, certificate_until::text from listing") == [("CQC-1", "2035-12-31")]
    assert dock.rows("select count(*) from price_change") == [(1,)]
