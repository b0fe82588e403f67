"""What waits for a reviewer's verdict, beside the market price and the same product's other offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, or_, select

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.category import Category
from mall.catalogue.completeness import Completeness, completeness
from mall.catalogue.find_ceilings import Ceiling, find_ceilings
from mall.catalogue.listing import Listing
from mall.catalogue.listing_change import ListingChange
from mall.catalogue.listing_image import ShownImage, images_of
from mall.catalogue.listing_verdict import ListingVerdict
from mall.catalogue.offer import Offer, offers_with_rivals
from mall.catalogue.product import Product
from mall.database import session
from mall.listing_review.give_verdicts import seat_of
from mall.suppliers.supplier import Supplier

PAGE_SIZE = 20
KINDS = ("listing", "listing_change")
_RIVALS_SHOWN = 3


@dataclass(frozen=True)
class Waiting:
    """One listing or change with what a reviewer holds it against; the cheapest other offers first."""

    document: str
    listing: Listing
    change: ListingChange | None
    product: Product
    category: Category | None
    supplier: Supplier
    rivals: list[Offer]
    ceiling: Ceiling | None
    completeness: Completeness
    images: list[ShownImage]

    @property
    def price_fen(self) -> int:
        """What it is to cost, per unit."""
        return self.change.price_fen if self.change is not None else self.listing.price_fen

    @property
    def unit(self) -> str:
        return self.change.unit if self.change is not None else self.listing.unit

    @property
    def pack_size(self) -> int:
        return self.change.pack_size if self.change is not None else self.listing.pack_size


@dataclass(frozen=True)
class Queue:
    """One page of what waits, longest first; `counts` by kind is everything that waits for this reader."""

    rows: list[Waiting]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def review_queue(actor: Actor, *, kind: str, text: str = "", page: int = 1) -> Queue:
    """What this reviewer has not judged yet, of goods that are not her own. `kind` is one of KINDS."""
    queries = {one: _query(one, actor=actor) for one in KINDS}
    counts = {one: _count(query) for one, query in queries.items()}
    query, total = queries[kind], counts[kind]
    if text:
        query = query.where(
            or_(
                *(
                    column.icontains(text, autoescape=True)
                    for column in (Listing.name, Listing.sku, Product.brand, Product.model, Supplier.name)
                ),
                Product.category_code == text,
            )
        )
        total = _count(query)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = session().execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Queue(rows=_beside([tuple(row) for row in rows]), counts=counts, total=total, page=page, pages=pages)


def count_waiting(actor: Actor) -> int:
    """How many listings and changes wait for this reviewer."""
    return sum(_count(_query(kind, actor=actor)) for kind in KINDS)


def _query(kind: str, *, actor: Actor) -> Select[Any]:
    if kind == "listing":
        columns: tuple[Any, ...] = (Listing, literal(None))
        waits: ColumnElement[bool] = Listing.state == "checked"
        document, since = literal("listing:") + cast(Listing.id, String), (Listing.submitted_at, Listing.id)
    else:
        columns = (Listing, ListingChange)
        waits = ListingChange.state == "waiting"
        document = literal("listing_change:") + cast(ListingChange.id, String)
        since = (ListingChange.asked_at, ListingChange.id)
    query = (
        select(*columns, Product, Category, Supplier)
        .select_from(Listing)
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .outerjoin(Category, Category.code == Product.category_code)
    )
    if kind == "listing_change":
        query = query.join(ListingChange, ListingChange.listing_id == Listing.id)
    judged = exists().where(
        ListingVerdict.document == document,
        ListingVerdict.closed_at.is_(None),
        or_(ListingVerdict.seat == seat_of(actor), ListingVerdict.user_id == actor.user_id),
    )
    return query.where(waits, ~judged, Listing.supplier_id.not_in(actor.supplier_ids)).order_by(*since)


def _count(query: Select[Any]) -> int:
    return session().scalar(query.with_only_columns(func.count(Listing.id)).order_by(None)) or 0


def _beside(rows: list[tuple[Any, ...]]) -> list[Waiting]:
    today = clock.today()
    _, rivals = offers_with_rivals([listing.id for listing, *_ in rows]) if rows else ({}, {})
    images = images_of([listing.id for listing, *_ in rows])
    ceilings: dict[tuple[int, int], Ceiling] = {}
    for region_code in {supplier.region_code for *_, supplier in rows}:
        category_of = {product.id: product.category_code or "" for _, _, product, _, _ in rows}
        found = find_ceilings(category_of, region_code=region_code, on=today)
        ceilings |= {(region_code, product_id): ceiling for product_id, ceiling in found.items()}
    return [
        Waiting(
            document=change.reference if change is not None else listing.reference,
            listing=listing,
            change=change,
            product=product,
            category=category,
            supplier=supplier,
            rivals=[one for one in rivals.get(product.id, []) if one.listing.id != listing.id][:_RIVALS_SHOWN],
            ceiling=ceilings.get((supplier.region_code, product.id)),
            completeness=completeness(
                listing, product, category, on=today, image_count=len(images.get(listing.id, ()))
            ),
            images=images.get(listing.id, []),
        )
        for listing, change, product, category, supplier in rows
    ]
