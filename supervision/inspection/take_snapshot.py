"""What an inspector was shown of a listing or an order, as plain facts with one hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select

from mall import clock
from mall.audit.record import plain
from mall.catalogue.listing import Listing
from mall.catalogue.listing_image import images_of
from mall.catalogue.product import Product
from mall.database import session
from mall.ordering.order import Order, OrderLine
from mall.people.organisation import organisation_names
from mall.suppliers.supplier import Supplier


def snapshot_of(subject: str) -> dict[str, Any]:
    """The facts as they stand now. Of an order no person and no address is among them."""
    kind, _, name = subject.partition(":")
    facts = _listing(int(name)) if kind == "listing" else _order(name)
    return plain({"subject": subject, "at": clock.now(), **facts})


def hash_of_snapshot(snapshot: dict[str, Any]) -> str:
    """SHA-256 over its JSON with sorted keys, without blanks, in UTF-8."""
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _listing(listing_id: int) -> dict[str, Any]:
    listing = session().get_one(Listing, listing_id)
    product = session().get_one(Product, listing.product_id)
    supplier = session().get_one(Supplier, listing.supplier_id)
    return {
        "supplier": supplier.name,
        "sku": listing.sku,
        "name": listing.name,
        "state": listing.state,
        "version": listing.version,
        "price_fen": listing.price_fen,
        "market_price_fen": listing.market_price_fen,
        "unit": listing.unit,
        "pack_size": listing.pack_size,
        "stock": listing.stock,
        "delivery_days": listing.delivery_days,
        "origin": listing.origin,
        "warranty_months": listing.warranty_months,
        "certificate_number": listing.certificate_number,
        "product": product.name,
        "brand": product.brand,
        "model": product.model,
        "category_code": product.category_code,
        "specification": dict(product.specification),
        "images": [one.sha256 for one in images_of([listing_id]).get(listing_id, [])],
    }


def _order(number: str) -> dict[str, Any]:
    order = session().scalars(select(Order).where(Order.number == number)).one()
    names = organisation_names({order.unit_id, order.supplier_id})
    lines = session().scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.line_no))
    return {
        "unit": names.get(order.unit_id, ""),
        "supplier": names.get(order.supplier_id, ""),
        "state": order.state,
        "mode": order.mode,
        "total_fen": order.total_fen,
        "submitted_at": order.submitted_at,
        "accepted_on": order.accepted_on,
        "payment_due_on": order.payment_due_on,
        "lines": [
            {
                "line_no": line.line_no,
                "name": line.name,
                "sku": line.sku,
                "specification": line.specification,
                "category_code": line.category_code,
                "unit": line.unit,
                "quantity": line.quantity,
                "accepted": line.accepted,
                "price_fen": line.price_fen,
                "contract_price_fen": line.contract_price_fen,
            }
            for line in lines
        ],
    }
