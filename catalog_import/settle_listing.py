"""Gives one waiting listing its category: the product is placed, or the listing joins the product already there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from catalog_import.match_listing import SEPARATOR, settled_key
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.catalogue.listing import Listing
from mall.catalogue.match_task import queue_for_matching
from mall.catalogue.product import Product
from mall.database import session
from mall.documents.advance import advance

PLACED = "归类后与已有商品相同"


def settle_listing(listing: Listing, *, category_code: str, actor: Actor) -> None:
    """Submit a listing in state needs_category under `category_code`; runs inside @atomic.

    The caller holds `lock_products`, and has it checked afterwards, together with the others it settles.
    """
    product = session().get_one(Product, listing.product_id, with_for_update=True, populate_existing=True)
    if product.category_code is None:
        _place(listing, product, category_code=category_code)
    session().flush()
    advance(listing, "settle", actor, facts={"category_code": category_code})
    listing.updated_at = clock.now()


def _place(listing: Listing, product: Product, *, category_code: str) -> None:
    key = settled_key(product.match_key, category_code=category_code)
    there = _current(key)
    if there is not None and product.gtin is not None and there.gtin not in (None, product.gtin):
        # Same brand and model under another GTIN is another thing.
        key = settled_key(SEPARATOR.join((product.match_key, product.gtin)), category_code=category_code)
        there = _current(key)
    if there is None:
        product.category_code = category_code
        product.match_key = key
        queue_for_matching([listing.id])
        return
    listing.product_id = there.id
    queue_for_matching([listing.id], said=_said(product))
    session().flush()
    if _offers(product.id):
        return
    # Nothing is deleted: the product stays and leads on to the one that had its key first.
    product.merged_into_id = there.id
    advance(product, "merge", SYSTEM, note=PLACED, facts={"into": there.id, "name": there.name, "listing_ids": []})


def _said(product: Product) -> dict[str, Any]:
    """What the supplier's own product said of the listing, for the matcher (see MatchTask)."""
    return {
        "brand": product.brand,
        "brand_key": product.brand_key,
        "model": product.model,
        "gtin": product.gtin,
        "specification": product.specification,
        "base_unit": product.base_unit,
    }


def _current(key: str) -> Product | None:
    """The product with this key, or the one it was merged into."""
    found = session().scalar(select(Product).where(Product.match_key == key))
    if found is None or found.merged_into_id is None:
        return found
    return session().get(Product, found.merged_into_id)


def _offers(product_id: int) -> int:
    return session().scalar(select(func.count()).where(Listing.product_id == product_id)) or 0
