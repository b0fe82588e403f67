"""What speaks for an offer besides its words: a clean price, a well-rated supplier, a whole description, delivery."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, or_, select

from mall.catalogue.category import Category
from mall.catalogue.completeness import DESCRIPTION_LENGTH_MIN, completeness
from mall.catalogue.find_ceilings import find_ceilings
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import image_counts
from mall.catalogue.product import Product
from mall.database import session
from mall.suppliers.supplier import Supplier
from mall.suppliers.supplier_rating import rating_steps

#: points of the price by how far it lies above the lowest offer of the same product, in basis points of that
PRICE_POINTS = ((0, 4), (500, 3), (1_000, 2), (2_000, 1))
#: points of the price where nobody else offers the product: neither praised nor blamed
PRICE_POINTS_ALONE = 3
#: points by the score of completeness, from which on
COMPLETE_POINTS = ((90, 2), (70, 1))
#: a point for what is in stock and comes within so many days
PROMPT_DAYS_MAX = 5
#: four of the price, three of the rating, two of completeness, one of delivery
MERIT_MAX = 10

#: base prices are compared to a ten-thousandth of a fen
_PARTS_OF_FEN = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """What is known of one offer today.

    `offers` counts those of the same product on the shelf, this one among them; `over_lowest_bp` is how far its price
    per base unit lies above the lowest of them. `ceiling` is "none", "within" or "above".
    """

    offers: int
    over_lowest_bp: int
    ceiling: str
    rating_sum: int
    rating_count: int
    completeness_score: int
    stock: int | None
    delivery_days: int


def merit(facts: OfferFacts) -> int:
    """Points from 0 to MERIT_MAX; a price above its ceiling earns none for being lower than others."""
    price = 0
    if facts.ceiling != "above":
        price = PRICE_POINTS_ALONE if facts.offers < 2 else _price_points(facts.over_lowest_bp)
    complete = next((points for least, points in COMPLETE_POINTS if facts.completeness_score >= least), 0)
    prompt = facts.stock != 0 and facts.delivery_days <= PROMPT_DAYS_MAX
    return price + rating_steps(facts.rating_sum, facts.rating_count) + complete + int(prompt)


def offer_facts(listing_ids: Iterable[int], *, on: date) -> dict[int, OfferFacts]:
    """What is known today of these listings; an unknown id is left out."""
    wanted = list(listing_ids)
    rows = session().execute(_STATEMENT.where(Listing.id.in_(wanted))).all() if wanted else []
    if not rows:
        return {}
    lowest = _lowest_offers({row.product_id for row in rows}, on=on)
    images = image_counts(wanted)
    # The region only decides which regulation is named as the source, and nobody asks for it here.
    ceilings = find_ceilings(
        {row.product_id: row.category_code or "" for row in rows}, region_code=rows[0].region_code, on=on
    )
    found = {}
    for row in rows:
        offers, lowest_price = lowest.get(row.product_id, (0, 0))
        ceiling = ceilings.get(row.product_id)
        exceeded = ceiling is not None and ceiling.is_exceeded(price_fen=row.price_fen, pack_size=row.pack_size)
        found[row.id] = OfferFacts(
            offers=offers,
            over_lowest_bp=_over_bp(row.price_fen * _PARTS_OF_FEN // row.pack_size, lowest_price),
            ceiling="none" if ceiling is None else "above" if exceeded else "within",
            rating_sum=row.rating_sum,
            rating_count=row.rating_count,
            completeness_score=_completeness_score(row, on=on, image_count=images.get(row.id, 0)),
            stock=row.stock,
            delivery_days=row.delivery_days,
        )
    return found


_STATEMENT = (
    select(
        Listing.id,
        Listing.product_id,
        Listing.price_fen,
        Listing.pack_size,
        Listing.market_price_fen,
        Listing.stock,
        Listing.delivery_days,
        Listing.origin,
        Listing.warranty_months,
        Listing.certificate_number,
        Listing.certificate_until,
        # So much of it as tells whether there is one.
        func.left(Listing.description_html, DESCRIPTION_LENGTH_MIN).label("description_html"),
        Product.brand,
        Product.model,
        Product.gtin,
        Product.category_code,
        Product.specification,
        Category.code,
        Category.kind,
        Category.is_asset,
        Supplier.region_code,
        Supplier.rating_sum,
        Supplier.rating_count,
    )
    .join(Product, Product.id == Listing.product_id)
    .join(Supplier, Supplier.id == Listing.supplier_id)
    .outerjoin(Category, Category.code == Product.category_code)
)


def _completeness_score(row: Row[Any], *, on: date, image_count: int) -> int:
    return completeness(row, row, None if row.code is None else row, on=on, image_count=image_count).score


def _price_points(over_lowest_bp: int) -> int:
    return next((points for most, points in PRICE_POINTS if over_lowest_bp <= most), 0)


def _over_bp(price: int, lowest_price: int) -> int:
    return max(0, (price - lowest_price) * 10_000 // lowest_price) if lowest_price else 0


def _lowest_offers(product_ids: set[int], *, on: date) -> dict[int, tuple[int, int]]:
    """How many offers of each product may be sold today, and the lowest price of a base unit in parts of a fen."""
    rows = session().execute(
        select(
            Listing.product_id, func.count(), func.min(func.div(Listing.price_fen * _PARTS_OF_FEN, Listing.pack_size))
        )
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(
            Listing.product_id.in_(product_ids),
            Listing.state == "on_shelf",
            Supplier.state == "active",
            or_(Supplier.licence_expires_on.is_(None), Supplier.licence_expires_on >= on),
        )
        .group_by(Listing.product_id)
    )
    return {product_id: (count, int(lowest)) for product_id, count, lowest in rows}
