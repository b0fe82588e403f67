"""How complete a listing is, from 0 to 100, and what is missing; knows no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from mall.catalogue.category_attributes import attributes_of, missing_attributes
from mall.catalogue.certificate import certificate_holds, compulsory_certificate
from mall.reference.read_reference import AttributeRecord

#: what each part weighs among those that the goods should have; the attributes share theirs, mandatory ones twice
WEIGHTS = {
    "category": 10,
    "brand": 10,
    "model": 10,
    "gtin": 5,
    "market_price": 10,
    "origin": 5,
    "warranty": 5,
    "description": 15,
    "images": 10,
    "certificate": 10,
    "attributes": 30,
}
DESCRIPTION_LENGTH_MIN = 20
#: the whole, the label, the pack: more are welcome and earn nothing
_IMAGES_WANTED = 3


class SaidOfListing(Protocol):
    """What of a listing counts; a row of a query will do."""

    market_price_fen: int | None
    origin: str
    warranty_months: int | None
    description_html: str
    certificate_number: str
    certificate_until: date | None


class SaidOfProduct(Protocol):
    """What of a product counts."""

    brand: str
    model: str
    gtin: str
    category_code: str | None
    specification: Mapping[str, str]


class KindOfGoods(Protocol):
    """What of a category decides what there should be."""

    code: str
    kind: str
    is_asset: bool


@dataclass(frozen=True)
class Completeness:
    """`missing` are parts of WEIGHTS, the weightiest first; the attributes are named in `attributes`."""

    score: int
    missing: tuple[str, ...]
    attributes: tuple[AttributeRecord, ...]


def completeness(
    listing: SaidOfListing, product: SaidOfProduct, category: KindOfGoods | None, *, on: date, image_count: int
) -> Completeness:
    """Judge one listing, which shows `image_count` images, by what goods of its category should say.

    Services have no brand, model, GTIN or origin, and nothing to be photographed.
    """
    there = _parts(listing, product, category, on=on, image_count=image_count)
    total = sum(WEIGHTS[part] for part in there) * 100
    earned = sum(WEIGHTS[part] * share for part, share in there.items())
    code = product.category_code or ""
    return Completeness(
        score=earned * 100 // total if total else 0,
        missing=tuple(sorted((part for part in there if there[part] < 100), key=lambda part: -WEIGHTS[part])),
        attributes=missing_attributes(code, product.specification, mandatory_only=False),
    )


def _parts(
    listing: SaidOfListing, product: SaidOfProduct, category: KindOfGoods | None, *, on: date, image_count: int
) -> dict[str, int]:
    """Each part that these goods should have, with how much of it there is in a hundred."""
    found = {
        "category": 100 * (category is not None),
        "market_price": 100 * (listing.market_price_fen is not None),
        "description": 100 * (len(listing.description_html) >= DESCRIPTION_LENGTH_MIN),
    }
    if category is None or category.kind == "goods":
        found["brand"] = 100 * bool(product.brand)
        found["model"] = 100 * bool(product.model)
        found["gtin"] = 100 * bool(product.gtin)
        found["origin"] = 100 * bool(listing.origin)
        found["images"] = 100 * min(image_count, _IMAGES_WANTED) // _IMAGES_WANTED
    if category is not None and category.is_asset:
        found["warranty"] = 100 * (listing.warranty_months is not None)
    if category is not None and compulsory_certificate(category.code, on=on) is not None:
        found["certificate"] = 100 * certificate_holds(listing.certificate_number, listing.certificate_until, on=on)
    attributes = attributes_of(product.category_code or "")
    if attributes:
        missing = missing_attributes(product.category_code or "", product.specification, mandatory_only=False)
        found["attributes"] = 100 * (_weight(attributes) - _weight(missing)) // _weight(attributes)
    return found


def _weight(attributes: tuple[AttributeRecord, ...]) -> int:
    return sum(2 if attribute.mandatory else 1 for attribute in attributes)
