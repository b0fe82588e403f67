"""What a unit could buy instead of an offer that is too dear: the same product elsewhere, or one of its kind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import session
from mall.suppliers.supplier import Supplier


def cheapest_equivalent(listing: Listing, product: Product) -> dict[str, Any]:
    """The cheapest offer per base unit that may be sold today, as facts of a history; {} where there is none.

    The same product of any other listing comes before other products of the category in the same base unit.
    """
    query = (
        select(Listing.id, Listing.name, Listing.price_fen, Listing.unit, Listing.pack_size, Product.id, Supplier.name)
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(
            Listing.state == "on_shelf",
            Listing.id != listing.id,
            Supplier.state == "active",
            or_(Supplier.licence_expires_on.is_(None), Supplier.licence_expires_on >= clock.today()),
        )
        # Packs are compared to a ten-thousandth of a fen.
        .order_by(func.div(Listing.price_fen * 10_000, Listing.pack_size), Listing.id)
        .limit(1)
    )
    same = session().execute(query.where(Product.id == product.id)).first()
    row = (
        same
        or session()
        .execute(query.where(Product.category_code == product.category_code, Product.base_unit == product.base_unit))
        .first()
    )
    if row is None:
        return {}
    listing_id, name, price_fen, unit, pack_size, product_id, supplier = row
    return {
        "listing_id": listing_id,
        "product_id": product_id,
        "name": name,
        "supplier": supplier,
        "price_fen": price_fen,
        "unit": unit,
        "pack_size": pack_size,
        "is_same_product": same is not None,
    }
