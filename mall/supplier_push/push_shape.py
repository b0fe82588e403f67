"""How goods, outcomes and messages look in the push API: shapes for its description, and the same as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import select

from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange, waiting_changes
from mall.catalogue.product import Product
from mall.database import session
from mall.supplier_push.sku_outcome import OUTCOMES
from mall.supplier_push.supplier_message import KINDS, SupplierMessage


class SkuRowShape(BaseModel):
    """One of the supplier's goods in the pool."""

    sku: str
    name: str
    state: str = Field(description="Of the listing's life: draft, checked, on_shelf, off_shelf, frozen ...")
    price_fen: int = Field(description="In force now, per `unit`, with tax")
    unit: str
    stock: int | None = Field(description="null: not counted")
    version: int = Field(description="Rises with every change")
    updated_at: str


class SkuRowsShape(BaseModel):
    """One page of the pool, in the order in which the goods came to the mall."""

    items: list[SkuRowShape]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class WaitingChangeShape(BaseModel):
    """Terms that wait for a review, while those of the goods stay in force."""

    price_fen: int
    unit: str
    pack_size: int
    asked_at: str


class SkuShape(SkuRowShape):
    """One of the supplier's goods, whole."""

    listing_id: int
    product_id: int
    brand: str
    model: str
    gtin: str | None
    category_code: str
    specification: dict[str, str]
    market_price_fen: int | None
    tax_rate_bp: int
    pack_size: int = Field(description="How many base units one unit holds")
    pack_text: str
    base_unit: str
    delivery_days: int
    region_codes: list[int]
    origin: str
    warranty_months: int | None
    certificate_number: str
    certificate_until: str | None
    submitted_at: str | None
    ends_on: str | None = Field(description="The last day on the shelf")
    sold_count: int
    waiting_change: WaitingChangeShape | None


class SkusShape(BaseModel):
    """The goods asked for, in the order asked."""

    items: list[SkuShape]
    unknown: list[str] = Field(description="SKUs that this supplier has not")


class OutcomeShape(BaseModel):
    """What became of one SKU."""

    sku: str
    outcome: str = Field(description=", ".join(OUTCOMES))
    state: str | None = Field(description="Where the goods stand now; null for an unknown SKU")
    code: str | None = Field(description="Of a refusal, such as push.sku_unknown or listing.over_ceiling")
    message: str | None
    next: str | None = Field(description="How to mend it")
    facts: dict[str, Any] = Field(
        description="Of a stopped price: ceiling_fen, source, equivalent; of a fault: errors; of new goods: warnings"
    )


class OutcomesShape(BaseModel):
    """One outcome for every entry, in the order of the entries."""

    outcomes: list[OutcomeShape]


class MessageShape(BaseModel):
    """One message; its `id` is the number under which it is acknowledged."""

    id: int
    kind: str = Field(description=", ".join(KINDS))
    happened_at: str
    sku: str | None
    order: str | None = Field(description="The order's number")
    facts: dict[str, Any]


class MessagesShape(BaseModel):
    """What is not acknowledged yet, oldest first."""

    items: list[MessageShape]
    more: bool = Field(description="There are more above the last id")


class AcknowledgedShape(BaseModel):
    """What became of the ids."""

    acknowledged: list[int]
    already: list[int]
    unknown: list[int] = Field(description="No messages of this supplier, or purged after they were acknowledged")


def sku_rows(listings: Sequence[Listing]) -> list[dict[str, Any]]:
    """Rows of the pool."""
    return [_row(listing) for listing in listings]


def whole_skus(supplier_id: int, skus: Sequence[str]) -> dict[str, Any]:
    """{"items", "unknown"} for these SKUs of the supplier; a SKU asked for twice is told once."""
    query = (
        select(Listing, Product)
        .join(Product, Product.id == Listing.product_id)
        .where(Listing.supplier_id == supplier_id, Listing.sku.in_(skus))
    )
    found = {listing.sku: (listing, product) for listing, product in session().execute(query)}
    changes = waiting_changes([listing.id for listing, _product in found.values()])
    asked = list(dict.fromkeys(skus))
    known = [found[sku] for sku in asked if sku in found]
    return {
        "items": [_whole(listing, product, change=changes.get(listing.id)) for listing, product in known],
        "unknown": [sku for sku in asked if sku not in found],
    }


def message_item(message: SupplierMessage) -> dict[str, Any]:
    """One message."""
    return {
        "id": message.sequence_no,
        "kind": message.kind,
        "happened_at": message.happened_at.isoformat(),
        "sku": message.sku or None,
        "order": message.order_number or None,
        "facts": message.facts,
    }


def _row(listing: Listing) -> dict[str, Any]:
    return {
        "sku": listing.sku,
        "name": listing.name,
        "state": listing.state,
        "price_fen": listing.price_fen,
        "unit": listing.unit,
        "stock": listing.stock,
        "version": listing.version,
        "updated_at": listing.updated_at.isoformat(),
    }


def _whole(listing: Listing, product: Product, *, change: ListingChange | None) -> dict[str, Any]:
    return {
        **_row(listing),
        "listing_id": listing.id,
        "product_id": product.id,
        "brand": product.brand,
        "model": product.model,
        "gtin": product.gtin,
        "category_code": product.category_code or "",
        "specification": product.specification,
        "market_price_fen": listing.market_price_fen,
        "tax_rate_bp": listing.tax_rate_bp,
        "pack_size": listing.pack_size,
        "pack_text": listing.pack_text,
        "base_unit": product.base_unit,
        "delivery_days": listing.delivery_days,
        "region_codes": listing.region_codes,
        "origin": listing.origin,
        "warranty_months": listing.warranty_months,
        "certificate_number": listing.certificate_number,
        "certificate_until": _text(listing.certificate_until),
        "submitted_at": _text(listing.submitted_at),
        "ends_on": _text(listing.ends_on),
        "sold_count": listing.sold_count,
        "waiting_change": None if change is None else _change(change),
    }


def _change(change: ListingChange) -> dict[str, Any]:
    return {
        "price_fen": change.price_fen,
        "unit": change.unit,
        "pack_size": change.pack_size,
        "asked_at": change.asked_at.isoformat(),
    }


def _text(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()
