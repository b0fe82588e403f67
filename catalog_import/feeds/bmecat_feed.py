"""BMEcat 1.2 and 2005: a new catalogue, an update of products, an update of prices. Read, never written but in reports.

Source: BMEcat 1.2 (BME, 2001) and BMEcat 2005.1. Net prices become our price including tax by the TAX beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO

from lxml import etree

from catalog_import.feed_shelf import FeedTable, ReportForm, ReportRow
from catalog_import.item_price import amount_per_unit, price_cells
from catalog_import.item_table import Item, item_table
from catalog_import.xml_items import child, children, local, root_name, words, write_xml_report, xml_items

NAME = "bmecat"
TITLE = "BMEcat 1.2 / 2005"
EXTENSIONS = (".xml",)
MEDIA_TYPE = "application/xml"
IS_TREE = True

#: the older name and the newer one
ITEMS = ("ARTICLE", "PRODUCT")
_TRANSACTIONS = {"T_NEW_CATALOG": "", "T_UPDATE_PRODUCTS": "update", "T_UPDATE_PRICES": "update"}
_MODES = {"new": "add", "update": "update", "delete": "delete"}
_GROUP_OF_ITEM = ("ARTICLE_TO_CATALOGGROUP_MAP", "PRODUCT_TO_CATALOGGROUP_MAP")
_GROUP = "CATALOG_STRUCTURE"
_NET, _GROSS = ("net_customer", "net_customer_exp", "net_list"), ("gros_list", "nrp", "udp_gross")


def sniff(*, head: bytes, file_name: str) -> bool:
    """By the first element."""
    return root_name(head) == "BMECAT"


def guard(path: Path) -> None:
    """The reader unfolds nothing and fetches nothing; see `xml_items`."""


def read(path: Path) -> FeedTable:
    """A row for each article or product; its category is the catalogue group that it is mapped to."""
    return item_table(_items(path, groups=_groups(path)), encoding="xml")


def write_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
    """The catalogue as it was sent, with comments."""
    write_xml_report(target, rows=rows, form=form, names=ITEMS)


def _groups(path: Path) -> dict[str, str]:
    """SKU -> name of the catalogue group; the maps stand behind the items they speak of."""
    names: dict[str, str] = {}
    found: dict[str, str] = {}
    for element in xml_items(path, (_GROUP, *_GROUP_OF_ITEM, *ITEMS)):
        if local(element) == _GROUP:
            names[words(element, "GROUP_ID")] = words(element, "GROUP_NAME")
        elif local(element) in _GROUP_OF_ITEM:
            sku = words(element, "ART_ID") or words(element, "PROD_ID")
            found.setdefault(sku, names.get(words(element, "CATALOG_GROUP_ID"), ""))
    return found


def _items(path: Path, *, groups: dict[str, str]) -> Iterator[Item]:
    # The maps are asked for as well, so that a million of them are not kept behind the last item.
    for element in xml_items(path, (*ITEMS, *_GROUP_OF_ITEM)):
        if local(element) in ITEMS:
            yield Item(_values(element, groups=groups))


def _values(element: etree._Element, *, groups: dict[str, str]) -> dict[str, str]:
    kind = "ARTICLE" if local(element) == "ARTICLE" else "PRODUCT"
    details = child(element, f"{kind}_DETAILS")
    order = child(element, f"{kind}_ORDER_DETAILS")
    sku = words(element, "SUPPLIER_AID") or words(element, "SUPPLIER_PID")
    values = {
        "action": _action(element),
        "sku": sku,
        "name": words(details, "DESCRIPTION_SHORT"),
        "description": words(details, "DESCRIPTION_LONG"),
        "gtin": words(details, "EAN") or words(details, "INTERNATIONAL_PID"),
        "brand": words(details, "MANUFACTURER_NAME"),
        "model": words(details, "MANUFACTURER_TYPE_DESCR")
        or words(details, "MANUFACTURER_AID")
        or words(details, "MANUFACTURER_PID"),
        "delivery_days": words(details, "DELIVERY_TIME"),
        "category": groups.get(sku, ""),
        "specification": _features(element, kind=kind),
        "unit": words(order, "ORDER_UNIT"),
        "pack": _pack(order),
    }
    return {**values, **_price(element, kind=kind, order=order)}


def _action(element: etree._Element) -> str:
    """What the item's mode says, else what its transaction means."""
    mode = _MODES.get(element.get("mode", ""))
    if mode:
        return mode
    transaction = next((local(one) for one in element.iterancestors() if local(one) in _TRANSACTIONS), "")
    return _TRANSACTIONS.get(transaction, "")


def _features(element: etree._Element, *, kind: str) -> str:
    """名称:值;名称:值, with the unit behind the value."""
    found = []
    for features in children(element, f"{kind}_FEATURES"):
        for feature in children(features, "FEATURE"):
            name, unit = words(feature, "FNAME"), words(feature, "FUNIT")
            value = "/".join("".join(one.itertext()).strip() for one in children(feature, "FVALUE"))
            if name and value:
                found.append(f"{name}:{value}{unit}")
    return ";".join(found)


def _pack(order: etree._Element | None) -> str:
    """NO_CU_PER_OU content units in each order unit: 10EA/BX."""
    content, unit, amount = words(order, "CONTENT_UNIT"), words(order, "ORDER_UNIT"), words(order, "NO_CU_PER_OU")
    return f"{amount}{content}/{unit}" if content and unit and amount not in ("", "1") and content != unit else ""


def _price(element: etree._Element, *, kind: str, order: etree._Element | None) -> dict[str, str]:
    """The price of the smallest quantity: a customer's net price before a list's, net before gross."""
    offers = [
        offer for details in children(element, f"{kind}_PRICE_DETAILS") for offer in children(details, f"{kind}_PRICE")
    ]
    wanted = [*_NET, *_GROSS]
    known = [offer for offer in offers if offer.get("price_type") in wanted]
    if not known:
        return {}

    def rank(offer: etree._Element) -> tuple[int, Decimal]:
        return wanted.index(offer.get("price_type", "")), _number(words(offer, "LOWER_BOUND"))

    best = min(known, key=rank)
    factor, quantity = words(best, "PRICE_FACTOR"), words(order, "PRICE_QUANTITY")
    amount = amount_per_unit(words(best, "PRICE_AMOUNT"), factor=factor, quantity=quantity)
    is_net = best.get("price_type") in _NET
    return {
        **price_cells(amount, currency=words(best, "PRICE_CURRENCY"), is_net=is_net),
        "tax_rate": words(best, "TAX"),
    }


def _number(text: str) -> Decimal:
    try:
        return Decimal(text or 1)
    except InvalidOperation:
        return Decimal(1)
