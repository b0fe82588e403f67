"""Offers as an order sees them: listing, product, category and supplier, read together in one query."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import defer

from mall.catalogue.category import Category
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import session
from mall.suppliers.supplier import Supplier


@dataclass(frozen=True)
class Offer:
    """One listing with what it belongs to."""

    listing: Listing
    product: Product
    category: Category | None
    supplier: Supplier


def offers(listing_ids: list[int]) -> dict[int, Offer]:
    """The offers with these listing ids; unknown ids are left out."""
    rows = session().execute(
        select(Listing, Product, Category, Supplier)
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .outerjoin(Category, Category.code == Product.category_code)
        .where(Listing.id.in_(listing_ids))
    )
    return {row[0].id: Offer(*row) for row in rows}


#: built once: every order asks it
_IDS = bindparam("listing_ids", expanding=True)
_WITH_RIVALS = (
    select(Listing, Product, Category, Supplier)
    .join(Product, Product.id == Listing.product_id)
    .join(Supplier, Supplier.id == Listing.supplier_id)
    .outerjoin(Category, Category.code == Product.category_code)
    .where(
        Listing.product_id.in_(select(Listing.product_id).where(Listing.id.in_(_IDS))),
        or_(Listing.state == "on_shelf", Listing.id.in_(_IDS)),
    )
    .order_by(Listing.product_id, Listing.price_fen / Listing.pack_size, Listing.id)
    .options(defer(Listing.description_html, raiseload=True))
)


def offers_with_rivals(listing_ids: list[int]) -> tuple[dict[int, Offer], dict[int, list[Offer]]]:
    """(the offers with these listing ids, every offer on the shelf of their products, cheapest per base unit first).

    One query for both, without the descriptions: whoever orders needs neither those nor a second round trip.
    """
    rows = session().execute(_WITH_RIVALS, {"listing_ids": listing_ids})
    wanted: dict[int, Offer] = {}
    rivals: dict[int, list[Offer]] = {}
    for row in rows:
        offer = Offer(*row)
        if offer.listing.id in listing_ids:
            wanted[offer.listing.id] = offer
        if offer.listing.state == "on_shelf":
            rivals.setdefault(offer.product.id, []).append(offer)
    return wanted, rivals
