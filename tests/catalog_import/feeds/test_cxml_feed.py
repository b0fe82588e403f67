"""cXML Index: items to add and to delete, descriptions in several languages, and what has no price."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from catalog_import.feed_shelf import recognise_format
from catalog_import.feeds import cxml_feed
from tests.catalog_import.conftest import Dock
from tests.catalog_import.feeds.tables import rows_of

ADD = """<IndexItem><IndexItemAdd><ItemID><SupplierPartID>{sku}</SupplierPartID></ItemID><ItemDetail>
<UnitPrice><Money currency="{currency}">{price}</Money></UnitPrice>
<Description xml:lang="en">Deli stapler 0414</Description>
<Description xml:lang="zh-CN">得力 0414 订书机</Description>
<UnitOfMeasure>EA</UnitOfMeasure><Classification domain="mall">文具</Classification>
<ManufacturerPartID>0414</ManufacturerPartID><ManufacturerName>得力</ManufacturerName>
<ItemDetailIndustry><ItemDetailRetail><Characteristic domain="颜色" value="蓝"/></ItemDetailRetail></ItemDetailIndustry>
<Extrinsic name="GTIN">6921734904140</Extrinsic></ItemDetail>
<IndexItemDetail><LeadTime>2</LeadTime></IndexItemDetail></IndexItemAdd></IndexItem>"""
DELETE = (
    "<IndexItem><IndexItemDelete><ItemID><SupplierPartID>{sku}</SupplierPartID></ItemID></IndexItemDelete></IndexItem>"
)
PUNCH_OUT = """<IndexItem><IndexItemPunchout><ItemID><SupplierPartID>{sku}</SupplierPartID></ItemID><PunchoutDetail>
<Description xml:lang="zh">定制印章</Description></PunchoutDetail></IndexItemPunchout></IndexItem>"""


def add(sku: str, *, price: str = "12.50", currency: str = "CNY") -> str:
    return ADD.format(sku=sku, price=price, currency=currency)


def index(*items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<!DOCTYPE Index SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/cXML.dtd">\n'
        '<Index loadmode="Incremental"><SupplierID domain="x">1</SupplierID>' + "".join(items) + "</Index>"
    ).encode()


def test_items_are_added_and_deleted(dock: Dock) -> None:
    first = dock.bring(index(add("C1"), add("C2")), name="index.xml")
    second = dock.bring(index(DELETE.format(sku="C2"), DELETE.format(sku="C9")), name="delete.xml")

    # Two SKUs of one article are two offers of one product.
    assert (first.counts["new"], first.faulty) == (2, 0)
    assert (second.counts["taken_off"], second.faulty) == (1, 1)
    assert dock.rows("select sku, name, price_fen, unit, delivery_days, state from listing order by sku") == [
        ("C1", "得力 0414 订书机", 1_250, "个", 2, "on_shelf"),
        ("C2", "得力 0414 订书机", 1_250, "个", 2, "off_shelf"),
    ]
    assert dock.rows("select brand, model, gtin, specification from product") == [
        ("得力", "0414", "6921734904140", {"颜色": "蓝"})
    ]


def test_the_same_index_again_touches_nothing(dock: Dock) -> None:
    dock.bring(index(add("C1")), name="index.xml")
    before = dock.rows("select id, xmin::text from listing")

    again = dock.bring(index(add("C1")) + b"\n", name="index.xml")

    assert (again.counts["unchanged"], again.listings_touched) == (1, 0)
    assert dock.rows("select id, xmin::text from listing") == before


def test_what_has_no_price_or_a_foreign_one_is_turned_away(dock: Dock) -> None:
    summary = dock.bring(index(add("C1", currency="USD"), PUNCH_OUT.format(sku="C2"), add("C3")), name="index.xml")

    assert dock.rows("select sku, codes from import_row where outcome = 'faulty' order by row_number") == [
        ("C1", ["price.currency"]),
        ("C2", ["price.missing", "unit.missing"]),
    ]
    assert summary.counts["new"] == 1


def test_remarks_stand_before_the_items_they_speak_of(dock: Dock) -> None:
    # What stands in a comment or in character data is no item.
    hidden = "<!-- <IndexItemAdd> --><Comments><![CDATA[<IndexItemAdd>]]></Comments>"
    summary = dock.bring(index(hidden, add("C1"), add("C2", price="面议")), name="index.xml")

    report = dock.report(summary.batch_id, only_faulty=True).decode()

    place = report.index("<!-- error price.negotiable: ")
    assert report[:place].endswith("<IndexItem>") and report.count("<!-- error") == 1
    assert report[place:].partition("-->\n")[2].startswith("<IndexItemAdd><ItemID><SupplierPartID>C2")


@pytest.mark.feeds
def test_a_real_index_is_read(tmp_path: Path, feed: Callable[[str], bytes]) -> None:
    path = tmp_path / "Index.xml"
    path.write_bytes(feed("cxml/Index.xml"))

    assert recognise_format(head=path.read_bytes()[:4096], file_name="Index.xml") is cxml_feed
    _header, item = rows_of(cxml_feed.read(path))
    assert item["商品编号"] == "PROMINATE-SKU" and item["含税单价"] == "1.23 EUR"
    assert item["规格参数"] == "size:L;color:red" and item["采购目录编码或类目"] == "Merchandise"
