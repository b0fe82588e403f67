"""Listings as documents for the search index, read from the database in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import Row, Select, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.merit import merit, offer_facts
from mall.catalogue.product import Product
from mall.database import session
from mall.search.catalogue_names import CatalogueNames, catalogue_names
from mall.search.category_demand import category_demand
from mall.search.document import Document
from mall.suppliers.supplier import Supplier

BATCH = 500


def documents_for_index(listing_ids: Iterable[int] | None = None) -> Iterator[Document]:
    """Yield the documents of the listings named, or of every listing when None.

    Listings that may not be sold now carry `on_shelf` False, so that the index drops them; with None
    they are left out. An id without a listing yields nothing: the caller takes it out of the index.
    """
    names = catalogue_names()
    demand = category_demand(anew=listing_ids is None)
    for rows in _all_rows() if listing_ids is None else _rows_of(listing_ids):
        merits = _merits(rows)
        for row in rows:
            document = _document(row, names=names, demand=demand, points=merits.get(row.id, 0))
            if document.on_shelf or listing_ids is not None:
                yield document


def _statement() -> Select:
    merged = aliased(Product)
    # The barcodes and models of products that were merged into this one go on finding it.
    codes = func.concat_ws(" ", func.nullif(merged.gtin, Product.gtin), func.nullif(merged.model, Product.model))
    also_coded = select(func.string_agg(codes, aggregate_order_by(literal(" "), merged.id))).where(
        merged.merged_into_id == Product.id
    )
    return (
        select(
            Listing.id,
            Listing.name,
            Listing.sku,
            Listing.price_fen,
            Listing.region_codes,
            Listing.sold_count,
            Listing.state,
            Listing.created_at,
            Listing.pack_text,
            Listing.supplier_id,
            Product.brand,
            Product.model,
            Product.category_code,
            Product.specification,
            Product.gtin,
            Product.is_green,
            also_coded.correlate(Product).scalar_subquery().label("also_coded"),
            Supplier.name.label("supplier"),
            Supplier.state.label("supplier_state"),
            Supplier.licence_expires_on,
        )
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .order_by(Listing.id)
    )


def _all_rows() -> Iterator[Sequence[Row]]:
    last = 0
    while rows := session().execute(_statement().where(Listing.id > last).limit(BATCH)).all():
        yield rows
        last = rows[-1].id


def _rows_of(listing_ids: Iterable[int]) -> Iterator[Sequence[Row]]:
    remaining = iter(sorted(set(listing_ids)))
    while ids := list(islice(remaining, BATCH)):
        yield session().execute(_statement().where(Listing.id.in_(ids))).all()


def _merits(rows: Sequence[Row]) -> dict[int, int]:
    """The points of those on the shelf; the others leave the index anyway."""
    facts = offer_facts([row.id for row in rows if row.state == "on_shelf"], on=clock.today())
    return {listing_id: merit(known) for listing_id, known in facts.items()}


def _document(row: Row, *, names: CatalogueNames, demand: Mapping[str, int], points: int) -> Document:
    category = names.categories.get(row.category_code or "")
    lineage = names.lineage(row.category_code or "")
    licensed = row.licence_expires_on is None or row.licence_expires_on >= clock.today()
    # Values alone: words like 颜色 or 规格 are in every listing, and long texts make each of their words count less.
    described = " ".join(str(value) for value in row.specification.values())
    return Document(
        id=row.id,
        name=row.name,
        brand=row.brand,
        model=row.model,
        sku=row.sku,
        category_code=row.category_code or "",
        category_ancestors=lineage[1:],
        category_name=category.name if category else "",
        supplier_id=row.supplier_id,
        supplier_name=row.supplier,
        region_codes=tuple(row.region_codes),
        price_fen=row.price_fen,
        created=clock.local(row.created_at).date(),
        keywords=" ".join(part for part in (described, row.pack_text, row.gtin, row.also_coded) if part),
        green=row.is_green,
        sales=row.sold_count,
        demand=demand.get(row.category_code or "", 0),
        merit=points,
        on_shelf=row.state == "on_shelf" and category is not None and row.supplier_state == "active" and licensed,
    )
