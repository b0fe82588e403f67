"""BMEcat: new catalogues, updates of products and of prices, in both versions, whole and broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog_import.feed_shelf import recognise_format
from catalog_import.feeds import bmecat_feed
from mall.errors import Refusal
from tests.catalog_import.conftest import Dock
from tests.catalog_import.feeds.tables import rows_of

ARTICLE = """
<ARTICLE{mode}><SUPPLIER_AID>{sku}</SUPPLIER_AID>
 <ARTICLE_DETAILS><DESCRIPTION_SHORT>得力 7758 复印纸 A4 80g</DESCRIPTION_SHORT><EAN>6921734977588</EAN>
  <MANUFACTURER_AID>7758</MANUFACTURER_AID><MANUFACTURER_NAME>得力</MANUFACTURER_NAME><DELIVERY_TIME>2</DELIVERY_TIME>
 </ARTICLE_DETAILS>
 <ARTICLE_FEATURES><FEATURE><FNAME>克重</FNAME><FVALUE>80</FVALUE><FUNIT>g</FUNIT></FEATURE></ARTICLE_FEATURES>
 <ARTICLE_ORDER_DETAILS><ORDER_UNIT>CT</ORDER_UNIT><CONTENT_UNIT>PK</CONTENT_UNIT><NO_CU_PER_OU>5</NO_CU_PER_OU>
  <PRICE_QUANTITY>10</PRICE_QUANTITY></ARTICLE_ORDER_DETAILS>
 <ARTICLE_PRICE_DETAILS>
  <ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>2000</PRICE_AMOUNT></ARTICLE_PRICE>
  <ARTICLE_PRICE price_type="net_customer"><PRICE_AMOUNT>{price}</PRICE_AMOUNT>
   <PRICE_CURRENCY>{currency}</PRICE_CURRENCY>
   <TAX>0.13</TAX><LOWER_BOUND>1</LOWER_BOUND></ARTICLE_PRICE>
  <ARTICLE_PRICE price_type="net_customer"><PRICE_AMOUNT>900</PRICE_AMOUNT><PRICE_CURRENCY>CNY</PRICE_CURRENCY>
   <TAX>0.13</TAX><LOWER_BOUND>100</LOWER_BOUND></ARTICLE_PRICE>
 </ARTICLE_PRICE_DETAILS>
</ARTICLE>"""
GROUPS = """
<CATALOG_GROUP_SYSTEM><CATALOG_STRUCTURE type="leaf"><GROUP_ID>7</GROUP_ID><GROUP_NAME>复印纸</GROUP_NAME>
</CATALOG_STRUCTURE></CATALOG_GROUP_SYSTEM>"""
MAP = """
<ARTICLE_TO_CATALOGGROUP_MAP><ART_ID>{sku}</ART_ID><CATALOG_GROUP_ID>7</CATALOG_GROUP_ID></ARTICLE_TO_CATALOGGROUP_MAP>"""


def article(sku: str, *, price: str = "1000", currency: str = "CNY", mode: str = "") -> str:
    return ARTICLE.format(sku=sku, price=price, currency=currency, mode=f' mode="{mode}"' if mode else "")


def bmecat(*articles: str, transaction: str = "T_NEW_CATALOG", maps: str = "", head: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE BMECAT SYSTEM "bmecat_new_catalog.dtd"' + head + ">\n"
        '<BMECAT xmlns="http://www.bmecat.org/bmecat/1.2/bmecat_new_catalog" version="1.2"><HEADER/>'
        f'<{transaction} prev_version="1">{GROUPS if maps else ""}{"".join(articles)}{maps}</{transaction}></BMECAT>'
    ).encode()


def test_a_new_catalogue_is_listed_with_its_price_including_tax(dock: Dock) -> None:
    summary = dock.bring(bmecat(article("B1"), maps=MAP.format(sku="B1")), name="catalog.xml")

    assert (summary.counts["new"], summary.faulty) == (1, 0)
    # 1,000 for ten cartons without tax: 113.00 a carton, the price of a single one, the customer's before the list's.
    assert dock.rows("select sku, price_fen, unit, pack_size, pack_text, delivery_days, state from listing") == [
        ("B1", 11_300, "箱", 5, "5PK/CT", 2, "on_shelf")
    ]
    assert dock.rows("select brand, model, gtin, category_code, specification from product") == [
        ("得力", "7758", "6921734977588", "A05040101", {"克重": "80g"})
    ]


def test_prices_are_updated_and_nothing_else(dock: Dock) -> None:
    dock.bring(bmecat(article("B1"), maps=MAP.format(sku="B1")), name="catalog.xml")
    price = """<ARTICLE><SUPPLIER_AID>B1</SUPPLIER_AID><ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type="net_customer">
     <PRICE_AMOUNT>95</PRICE_AMOUNT><TAX>0.13</TAX></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS></ARTICLE>"""

    summary = dock.bring(bmecat(price, transaction="T_UPDATE_PRICES"), name="prices.xml")

    assert summary.counts["price_cut"] == 1
    assert dock.rows("select name, price_fen, pack_size from listing") == [("得力 7758 复印纸 A4 80g", 10_735, 5)]


def test_an_update_of_products_adds_changes_and_deletes_by_mode(dock: Dock) -> None:
    maps = MAP.format(sku="B1") + MAP.format(sku="B2")
    dock.bring(bmecat(article("B1"), article("B2"), maps=maps), name="catalog.xml")

    summary = dock.bring(
        bmecat(
            article("B1", price="990", mode="update"),
            '<ARTICLE mode="delete"><SUPPLIER_AID>B2</SUPPLIER_AID></ARTICLE>',
            article("B3", mode="new"),
            '<ARTICLE mode="delete"><SUPPLIER_AID>B9</SUPPLIER_AID></ARTICLE>',
            maps=MAP.format(sku="B3"),
            transaction="T_UPDATE_PRODUCTS",
        ),
        name="update.xml",
    )

    assert {name: count for name, count in summary.counts.items() if count} == {
        "price_cut": 1, "taken_off": 1, "new": 1, "faulty": 1,
    }  # fmt: skip
    assert dock.rows("select sku, state from listing order by sku") == [
        ("B1", "on_shelf"), ("B2", "off_shelf"), ("B3", "on_shelf"),
    ]  # fmt: skip


def test_a_foreign_currency_is_refused_as_such_and_the_report_says_so_in_place(dock: Dock) -> None:
    sent = bmecat(article("B1"), article("B2", currency="EUR"), maps=MAP.format(sku="B1"))

    summary = dock.bring(sent, name="catalog.xml")
    report = dock.report(summary.batch_id)

    assert dock.rows("select sku, codes from import_row where outcome = 'faulty'") == [("B2", ["price.currency"])]
    remarks = re.findall(rb"<!-- (\w+) ([^:]*): (.*?) -->\n<ARTICLE><SUPPLIER_AID>(\w+)", report, re.DOTALL)
    assert [(severity, sku) for severity, _, _, sku in remarks] == [(b"info", b"B1"), (b"error", b"B2")]
    assert "不是人民币" in remarks[1][2].decode()
    # Without the remarks it is what was sent, to the byte; with them, it can be sent again.
    assert re.sub(rb"<!-- (?:info|error) .*? -->\n", b"", report, flags=re.DOTALL) == sent
    assert dock.bring(report, name="again.xml").faulty == 1


def test_a_catalogue_that_declares_entities_is_refused(dock: Dock) -> None:
    lol = ' [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]'

    summary = dock.bring(bmecat(article("&b;"), head=lol), name="laughs.xml")

    assert (summary.stage, summary.refusal_code) == ("failed", "import.entities_declared")


def test_a_catalogue_that_breaks_off_is_refused_with_its_line(dock: Dock) -> None:
    summary = dock.bring(bmecat(article("B1"), article("B2"))[:-90], name="cut.xml")

    assert (summary.stage, summary.refusal_code) == ("failed", "import.broken_xml")
    assert summary.refusal_facts["line"] > 5
    assert dock.rows("select count(*) from listing") == [(0,)]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "big5"])
def test_the_declared_encoding_is_believed(tmp_path: Path, encoding: str) -> None:
    text = bmecat(article("B1")).decode().replace("UTF-8", encoding.upper())
    path = tmp_path / "catalog.xml"
    path.write_bytes(text.encode("gb18030" if encoding == "gbk" else encoding, "xmlcharrefreplace"))

    assert recognise_format(head=path.read_bytes()[:4096], file_name="catalog.xml") is bmecat_feed
    assert rows_of(bmecat_feed.read(path))[1]["商品名称"] == "得力 7758 复印纸 A4 80g"


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim")
    path = tmp_path / "catalog.xml"
    path.write_bytes(bmecat(article("&x;"), head=f' [<!ENTITY x SYSTEM "file://{secret}">]'))

    with pytest.raises(Refusal) as refused:
        rows_of(bmecat_feed.read(path))

    assert refused.value.code == "import.entities_declared"


@pytest.mark.feeds
@pytest.mark.parametrize(
    ("name", "items", "action"),
    [
        ("bmecat/olivere_bmecat12_new_catalog.xml", 1, ""),
        ("bmecat/olivere_bmecat12_update_prices.xml", 1, "update"),
        ("bmecat/olivere_bmecat12_update_products.xml", 1, "update"),
        ("bmecat/olivere_bmecat2005_new_catalog.xml", 1, ""),
    ],
)
def test_real_catalogues_are_read(
    tmp_path: Path, feed: Callable[[str], bytes], name: str, items: int, action: str
) -> None:
    path = tmp_path / "catalog.xml"
    path.write_bytes(feed(name))

    _header, *rows = rows_of(bmecat_feed.read(path))

    assert len(rows) >= items
    assert rows[0]["商品编号"] == "1000"
    assert rows[0].get("操作", "") == action
    assert "EUR" in (rows[0].get("含税单价") or "EUR")
