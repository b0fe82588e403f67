"""Listings as search shows them: rows of the database, with price and state as they are now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import ShownImage, first_images
from mall.catalogue.product import Product
from mall.database import session
from mall.suppliers.supplier import Supplier


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundListing:
    """One offer that may be ordered. `offers` counts the suppliers' offers on the shelf of the same product."""

    id: int
    product_id: int
    supplier_id: int
    supplier: str
    is_small_firm: bool
    rating_sum: int
    rating_count: int
    sku: str
    name: str
    brand: str
    model: str
    category_code: str
    price_fen: int
    market_price_fen: int | None
    unit: str
    pack_size: int
    pack_text: str
    base_unit: str
    stock: int | None
    delivery_days: int
    region_codes: tuple[int, ...]
    is_green: bool
    sold_count: int
    specification: dict[str, str]
    offers: int = 1
    image: ShownImage | None = None


_COLUMNS = (
    Listing.id,
    Listing.product_id,
    Listing.supplier_id,
    Supplier.name.label("supplier"),
    Supplier.is_small_firm,
    Supplier.rating_sum,
    Supplier.rating_count,
    Listing.sku,
    Listing.name,
    Product.brand,
    Product.model,
    Product.category_code,
    Listing.price_fen,
    Listing.market_price_fen,
    Listing.unit,
    Listing.pack_size,
    Listing.pack_text,
    Product.base_unit,
    Listing.stock,
    Listing.delivery_days,
    Listing.region_codes,
    Product.is_green,
    Listing.sold_count,
    Product.specification,
)


def on_sale(*, on: date) -> Select:
    """Select the columns of FoundListing from listings on the shelf whose supplier may sell on that date."""
    return (
        select(*_COLUMNS)
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(
            Listing.state == "on_shelf",
            Product.category_code.is_not(None),
            Supplier.state == "active",
            or_(Supplier.licence_expires_on.is_(None), Supplier.licence_expires_on >= on),
        )
    )


def read_listings(statement: Select, *, on: date) -> list[FoundListing]:
    """Run a statement made from `on_sale`, and count the offers of each product found."""
    rows = session().execute(statement).mappings().all()
    offers = _offer_counts({row["product_id"] for row in rows}, on=on)
    images = first_images([row["id"] for row in rows])
    return [
        FoundListing(
            **{**row, "region_codes": tuple(row["region_codes"])},
            offers=offers.get(row["product_id"], 1),
            image=images.get(row["id"]),
        )
        for row in rows
    ]


def listings_in_order(ids: Iterable[int], *, on: date) -> list[FoundListing]:
    """The listings of these ids that may still be sold, in the order of the ids."""
    wanted = list(ids)
    if not wanted:
        return []
    found = {listing.id: listing for listing in read_listings(on_sale(on=on).where(Listing.id.in_(wanted)), on=on)}
    return [found[listing_id] for listing_id in wanted if listing_id in found]


def _offer_counts(product_ids: set[int], *, on: date) -> dict[int, int]:
    if not product_ids:
        return {}
    rows = session().execute(
        select(Listing.product_id, func.count())
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(
            Listing.product_id.in_(product_ids),
            Listing.state == "on_shelf",
            Supplier.state == "active",
            or_(Supplier.licence_expires_on.is_(None), Supplier.licence_expires_on >= on),
        )
        .group_by(Listing.product_id)
    )
    return dict(rows.all())
