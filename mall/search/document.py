"""A listing as the search engines see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from mall.catalogue.merit import MERIT_MAX
from mall.search.query import price_bucket

FACET_VALUE_LENGTH_MAX = 120
"""Meilisearch refuses facet values over 468 bytes; 120 characters stay below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One listing. A document with `on_shelf` False is taken out of the index, never put in.

    `region_codes` are the regions the listing says it delivers to, as they stand on the listing: a whole
    province is 410000. The query asks for the buyer's region or any of its ancestors.
    `keywords` is further searchable text, such as specifications.
    `demand` is how much units buy of the whole category: its offers on the shelf and what was accepted of them.
    `merit` is what speaks for the offer besides its words, in points (`mall.catalogue.merit`).
    """

    id: int
    name: str
    brand: str
    category_code: str
    category_ancestors: tuple[str, ...]
    category_name: str
    supplier_id: int
    supplier_name: str
    region_codes: tuple[int, ...]
    price_fen: int
    created: date
    model: str = ""
    sku: str = ""
    keywords: str = ""
    green: bool = False
    sales: int = 0
    demand: int = 0
    merit: int = 0
    on_shelf: bool = True


STAMP_BYTES = 6
"""48 bits: Meilisearch keeps integers exact up to 53."""


def stamp(document: Document) -> int:
    """Return a number that another price, name, region or supplier changes: an index shows by it whether it is stale.

    What is bought how often, and the merit, are left out: they only order, and what a page says of an offer comes from
    the database.
    """
    seen = (
        document.name, document.brand, document.model, document.sku, document.keywords, document.category_code,
        document.category_ancestors, document.category_name, document.supplier_id, document.supplier_name,
        document.region_codes, document.price_fen, document.green, document.created,
    )  # fmt: skip
    digest = blake2b(repr(seen).encode("utf-8", "surrogatepass"), digest_size=STAMP_BYTES).digest()
    return int.from_bytes(digest, "big")


def facet_values(document: Document) -> dict[str, tuple[str, ...]]:
    """Return the values a document has for each facet, without repetitions; a category counts for its ancestors too."""
    values = {
        "category": (document.category_code, *document.category_ancestors),
        "brand": (document.brand,),
        "supplier": (str(document.supplier_id),),
        "region": tuple(str(code) for code in document.region_codes),
        "green": ("1" if document.green else "0",),
        "price": (price_bucket(document.price_fen),),
    }
    return {
        facet: tuple(dict.fromkeys(facet_value(value) for value in each if value)) for facet, each in values.items()
    }


OWN_STEPS_MAX = 8
OFFER_STEPS_MAX = OWN_STEPS_MAX + MERIT_MAX
CATEGORY_STEPS_MAX = 12


def standing(document: Document) -> tuple[int, int]:
    """Return how good an offer is (0 to OFFER_STEPS_MAX), and how well bought its category (0 to CATEGORY_STEPS_MAX).

    What a listing sold counts as many steps as it doubled, beside the points of its merit, of which there are more:
    the best offer wins over the one that was bought before. Most listings of a mall were never bought, so the
    category says more than the listing.
    """
    own = (document.sales + 1).bit_length() - 1
    category = (document.demand + 1).bit_length() - 1
    return min(own, OWN_STEPS_MAX) + min(document.merit, MERIT_MAX), min(category, CATEGORY_STEPS_MAX)


def facet_value(value: str) -> str:
    """Return a facet value as it is stored and compared: UTF-8, no NUL, of bounded length."""
    clean = value.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")
    return clean.strip()[:FACET_VALUE_LENGTH_MAX]
