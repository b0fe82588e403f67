"""cXML Index: a supplier's catalogue with items to add and to delete.

Source: cXML 1.2, chapter "Catalogs". UnitPrice says nothing of tax; among us prices include it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from catalog_import.feed_shelf import FeedTable, ReportForm, ReportRow
from catalog_import.item_price import price_cells
from catalog_import.item_table import Item, item_table
from catalog_import.xml_items import child, children, local, root_name, words, write_xml_report, xml_items

NAME = "cxml"
TITLE = "cXML Index"
EXTENSIONS = (".xml",)
MEDIA_TYPE = "application/xml"
IS_TREE = True

ITEMS = ("IndexItemAdd", "IndexItemDelete", "IndexItemPunchout")
#: languages of a description, the first that is there is taken
_LANGUAGES = ("zh", "en")
_GTIN_NAMES = ("gtin", "ean", "upc")
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def sniff(*, head: bytes, file_name: str) -> bool:
    """By the first element, alone or in the envelope of a message."""
    root = root_name(head)
    return root == "Index" or (root == "cXML" and b"Index" in head)


def guard(path: Path) -> None:
    """The reader unfolds nothing and fetches nothing; see `xml_items`."""


def read(path: Path) -> FeedTable:
    """A row for each item that is added or deleted. One that can only be seen in the supplier's own shop has no
    price, and is refused for that."""
    return item_table(_items(path), encoding="xml")


def write_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
    """The index as it was sent, with comments."""
    write_xml_report(target, rows=rows, form=form, names=ITEMS)


def _items(path: Path) -> Iterator[Item]:
    for element in xml_items(path, ITEMS):
        yield Item(_values(element))


def _values(element: etree._Element) -> dict[str, str]:
    sku = words(element, "ItemID", "SupplierPartID")
    if local(element) == "IndexItemDelete":
        return {"action": "delete", "sku": sku}
    detail = child(element, "ItemDetail")
    if detail is None:
        detail = child(element, "PunchoutDetail")
    return {
        "action": "add",
        "sku": sku,
        "name": _in_chinese(children(detail, "Description")),
        "unit": words(detail, "UnitOfMeasure"),
        **_price(child(detail, "UnitPrice", "Money")),
        "brand": words(detail, "ManufacturerName"),
        "model": words(detail, "ManufacturerPartID"),
        "category": words(detail, "Classification"),
        "delivery_days": words(detail, "LeadTime") or words(element, "IndexItemDetail", "LeadTime"),
        "specification": _characteristics(detail),
        "gtin": _gtin(detail),
    }


def _gtin(detail: etree._Element | None) -> str:
    extrinsics = {one.get("name", "").lower(): words(one) for one in children(detail, "Extrinsic")}
    return next((extrinsics[name] for name in _GTIN_NAMES if name in extrinsics), "")


def _in_chinese(descriptions: list[etree._Element]) -> str:
    def rank(one: etree._Element) -> int:
        language = (one.get(_LANGUAGE) or "").lower()[:2]
        return _LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES)

    best = min(descriptions, key=rank, default=None)
    if best is None:
        return ""
    return words(best, "ShortName") or "".join(best.itertext()).strip()


def _price(money: etree._Element | None) -> dict[str, str]:
    if money is None:
        return {}
    return price_cells(words(money), currency=money.get("currency", ""), is_net=False)


def _characteristics(detail: etree._Element | None) -> str:
    retail = child(detail, "ItemDetailIndustry", "ItemDetailRetail")
    found = children(retail, "Characteristic")
    return ";".join(f"{one.get('domain', '')}:{one.get('value', '')}" for one in found if one.get("domain"))
