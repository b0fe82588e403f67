"""schema.org Product and the GS1 web vocabulary, as JSON-LD: what shops write into their own pages.

Source: schema.org 28, GS1 Web Vocabulary 1.11. Nothing is resolved: members are known by their last name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from catalog_import.feed_shelf import FeedTable, ReportForm, ReportRow
from catalog_import.item_price import price_cells
from catalog_import.item_table import HEADER_ROW, Item, item_table
from catalog_import.json_items import cell_of, load_json, with_remarks
from mall.errors import Refusal

NAME = "linked_data"
TITLE = "schema.org / GS1 JSON-LD"
EXTENSIONS = (".jsonld", ".json")
MEDIA_TYPE = "application/ld+json"
IS_TREE = True

_WORDS = (b'"@context"', b'"@graph"', b'"@type"')
_DEPTH_MAX = 6
_OFF_SALE = ("Discontinued", "OutOfStock", "SoldOut")


def sniff(*, head: bytes, file_name: str) -> bool:
    """JSON that speaks of a context, a graph or a type."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and any(word in head for word in _WORDS)


def guard(path: Path) -> None:
    """A context is never fetched; the child keeps the limits of memory."""


def read(path: Path) -> FeedTable:
    """A row for each Product, wherever in the document it stands."""
    return item_table(_items(path), encoding="utf-8")


def write_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
    """The document again, with two more members in every product about which there is something to say."""
    if form.source is None:
        raise Refusal("import.file_gone")
    document = load_json(form.source)
    said = {row.row_number: row for row in rows if row.row_number > HEADER_ROW}
    for number, product in enumerate(list(_products(document)), start=HEADER_ROW + 1):
        remarked = with_remarks(product, said.get(number))
        product.clear()
        product.update(remarked)
    target.write(json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace"))


def _items(path: Path) -> Iterator[Item]:
    for product in _products(load_json(path)):
        yield Item(_values(product))


def _products(value: Any, *, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _DEPTH_MAX:
        return
    if isinstance(value, list):
        for one in value:
            yield from _products(one, depth=depth)
    elif isinstance(value, dict):
        kinds = value.get("@type", [])
        if any(_last(kind) == "Product" for kind in ([kinds] if isinstance(kinds, str) else kinds)):
            yield value
        else:
            for one in value.values():
                yield from _products(one, depth=depth + 1)


def _values(product: Mapping[str, Any]) -> dict[str, str]:
    known = {_last(name): value for name, value in product.items()}
    offer = _first(known.get("offers"))
    terms = {_last(name): value for name, value in offer.items()} if isinstance(offer, Mapping) else {}
    specification = _first(terms.get("priceSpecification"))
    priced = {**specification, **terms} if isinstance(specification, Mapping) else terms
    return {
        "sku": _text(known, "sku", "productID", "gtin", "gtin13", "gtin14") or _text(terms, "sku"),
        "name": _text(known, "name", "productName"),
        "description": _text(known, "description", "productDescription"),
        "brand": _named(known.get("brand")),
        "model": _text(known, "mpn") or _named(known.get("model")) or _text(known, "modelNumber"),
        "gtin": _text(known, "gtin", "gtin14", "gtin13", "gtin12", "gtin8"),
        "category": _named(known.get("category")) or _text(known, "gpcCategoryDescription"),
        "origin": _named(known.get("countryOfOrigin")),
        "specification": _properties(known.get("additionalProperty")),
        "unit": _text(priced, "unitText", "unitCode"),
        **_price(priced),
        **_shelf(terms),
    }


def _price(terms: Mapping[str, Any]) -> dict[str, str]:
    is_net = terms.get("valueAddedTaxIncluded") in (False, "false", "False")
    return price_cells(_text(terms, "price"), currency=_text(terms, "priceCurrency"), is_net=is_net)


def _shelf(terms: Mapping[str, Any]) -> dict[str, str]:
    availability = _text(terms, "availability")
    return {"shelf": "否" if _last(availability) in _OFF_SALE else "是"} if availability else {}


def _properties(value: Any) -> str:
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping) and one.get("name") and one.get("value") is not None:
            found.append(f"{cell_of(one['name'])}:{cell_of(one['value'])}{cell_of(one.get('unitText'))}")
    return ";".join(found)


def _named(value: Any) -> str:
    """The name of a thing, or the text in its place."""
    one = _first(value)
    if isinstance(one, Mapping):
        inner = {_last(name): held for name, held in one.items()}
        return _text(inner, "name", "brandName", "@value")
    return cell_of(one)


def _text(known: Mapping[str, Any], *names: str) -> str:
    for name in names:
        one = _first(known.get(name))
        said = cell_of(one.get("@value")) if isinstance(one, Mapping) else cell_of(one)
        if said:
            return said
    return ""


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None if isinstance(value, list) else value


def _last(name: Any) -> str:
    """The last part of a name or an address: schema:name, https://schema.org/InStock, gs1:gtin."""
    return str(name).replace("#", "/").replace(":", "/").rpartition("/")[2]
