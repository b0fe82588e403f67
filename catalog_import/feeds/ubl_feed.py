"""UBL 2.1 Catalogue: lines that add, update or delete.

Source: OASIS UBL 2.1, and Peppol BIS Catalogue 3 for what its codes mean. Prices are without tax.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from catalog_import.feed_shelf import FeedTable, ReportForm, ReportRow
from catalog_import.item_price import amount_per_unit, price_cells
from catalog_import.item_table import Item, item_table
from catalog_import.xml_items import child, children, root_name, words, write_xml_report, xml_items

NAME = "ubl"
TITLE = "UBL 2.1 Catalogue"
EXTENSIONS = (".xml",)
MEDIA_TYPE = "application/xml"
IS_TREE = True

ITEMS = ("CatalogueLine",)
_ACTIONS = {"add": "add", "1": "add", "update": "update", "3": "update", "delete": "delete", "2": "delete"}
#: schemeID of a GTIN by ISO 6523
_GTIN_SCHEMES = ("0160", "GTIN")


def sniff(*, head: bytes, file_name: str) -> bool:
    """By the first element."""
    return root_name(head) == "Catalogue"


def guard(path: Path) -> None:
    """The reader unfolds nothing and fetches nothing; see `xml_items`."""


def read(path: Path) -> FeedTable:
    """A row for each line of the catalogue."""
    return item_table(_items(path), encoding="xml")


def write_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
    """The catalogue as it was sent, with comments."""
    write_xml_report(target, rows=rows, form=form, names=ITEMS)


def _items(path: Path) -> Iterator[Item]:
    for element in xml_items(path, ITEMS):
        yield Item(_values(element))


def _values(element: etree._Element) -> dict[str, str]:
    item = child(element, "Item")
    said = words(element, "ActionCode")
    action = _ACTIONS.get(said.lower(), said)
    sku = words(item, "SellersItemIdentification", "ID") or words(element, "ID")
    if action == "delete":
        return {"action": action, "sku": sku}
    location = child(element, "RequiredItemLocationQuantity")
    return {
        "action": action,
        "sku": sku,
        "name": words(item, "Name"),
        "description": words(item, "Description"),
        "brand": words(item, "BrandName") or words(item, "ManufacturerParty", "PartyName", "Name"),
        "model": words(item, "ModelName") or words(item, "ManufacturersItemIdentification", "ID"),
        "gtin": _gtin(item),
        "category": _category(item),
        "origin": words(item, "OriginCountry", "Name"),
        "specification": ";".join(
            f"{words(one, 'Name')}:{words(one, 'Value')}" for one in children(item, "AdditionalItemProperty")
        ),
        "unit": words(element, "OrderableUnit") or _unit_of(location),
        "delivery_days": _lead_time(location),
        "tax_rate": words(item, "ClassifiedTaxCategory", "Percent"),
        **_price(location),
    }


def _gtin(item: etree._Element | None) -> str:
    number = child(item, "StandardItemIdentification", "ID")
    if number is None or number.get("schemeID", _GTIN_SCHEMES[0]) not in _GTIN_SCHEMES:
        return ""
    return words(number)


def _category(item: etree._Element | None) -> str:
    """The name of a class where there is one, for a number of another system says nothing here."""
    codes = [child(one, "ItemClassificationCode") for one in children(item, "CommodityClassification")]
    named = [code.get("name") or words(code) for code in codes if code is not None]
    return next(iter(named), "")


def _unit_of(location: etree._Element | None) -> str:
    quantity = child(location, "Price", "BaseQuantity")
    return quantity.get("unitCode", "") if quantity is not None else ""


def _lead_time(location: etree._Element | None) -> str:
    measure = child(location, "LeadTimeMeasure")
    return words(measure) if measure is not None and measure.get("unitCode", "DAY") == "DAY" else ""


def _price(location: etree._Element | None) -> dict[str, str]:
    amount = child(location, "Price", "PriceAmount")
    if amount is None:
        return {}
    written = amount_per_unit(words(amount), quantity=words(location, "Price", "BaseQuantity"))
    return price_cells(written, currency=amount.get("currencyID", ""), is_net=True)
