"""The search that stands in when the engine is lost: one page, plain substrings, no facets."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.search.catalogue_names import catalogue_names
from mall.search.found_listing import FoundListing, on_sale, read_listings
from mall.search.query import PRICE_BUCKETS, TERMS_MAX, TEXT_LENGTH_MAX, Query

_ORDERS = {
    "relevance": (Listing.sold_count.desc(), Listing.id),
    "sales": (Listing.sold_count.desc(), Listing.id),
    "price_asc": (Listing.price_fen, Listing.id),
    "price_desc": (Listing.price_fen.desc(), Listing.id),
    "newest": (Listing.created_at.desc(), Listing.id.desc()),
}


def search_database(query: Query) -> list[FoundListing]:
    """The first page of listings that contain every word as it was typed; further pages are not offered."""
    today = clock.today()
    statement = on_sale(on=today).where(*_words(query.text), *_price_bounds(query))
    for asked in (query.filters, query.scope):
        for facet, values in asked.items():
            if values or asked is query.scope:
                statement = statement.where(_condition(facet, values))
    return read_listings(statement.order_by(*_ORDERS[query.sort]).limit(query.size), on=today)


def _words(text: str) -> list[ColumnElement[bool]]:
    words = text[:TEXT_LENGTH_MAX].replace("\0", "").split()[:TERMS_MAX]
    columns = (Listing.name, Product.brand, Product.model, Listing.sku)
    return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]


def _price_bounds(query: Query) -> list[ColumnElement[bool]]:
    bounds = []
    if query.price_min_fen is not None:
        bounds.append(Listing.price_fen >= query.price_min_fen)
    if query.price_max_fen is not None:
        bounds.append(Listing.price_fen <= query.price_max_fen)
    return bounds


def _condition(facet: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    """The values of one facet, any of which will do; unknown values match nothing."""
    numbers = [int(value) for value in values if value.isascii() and value.isdigit()]
    if facet == "category":
        codes = [code for value in values for code in catalogue_names().family(value)]
        return Product.category_code.in_(codes)
    if facet == "brand":
        return Product.brand.in_(values)
    if facet == "supplier":
        return Listing.supplier_id.in_(numbers)
    if facet == "region":
        return Listing.region_codes.overlap(numbers) if numbers else false()
    if facet == "green":
        return Product.is_green.in_([value == "1" for value in values])
    return or_(false(), *(_in_bucket(lower, upper) for code, lower, upper in PRICE_BUCKETS if code in values))


def _in_bucket(lower_fen: int, upper_fen: int | None) -> ColumnElement[bool]:
    inside = Listing.price_fen >= lower_fen
    return inside if upper_fen is None else inside & (Listing.price_fen < upper_fen)
