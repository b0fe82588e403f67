"""What somebody who looks at a product might take instead: of its category, near it in attributes and price."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, BigInteger, ColumnElement, Select, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import session
from mall.regions.region import chain
from mall.search.found_listing import FoundListing, on_sale

SIMILAR_MAX = 6
#: a price so many times as high or as low is another class of goods
_PRICE_RATIO_MAX = 3
#: products of one category that are looked at; a category of tens of thousands must not cost a page its time
_PRODUCTS_LOOKED_AT = 2_000
_HELPERS = ("place", "shared", "apart")


def similar_products(
    product: Product, *, base_hundredths: int, region_code: int | None, on: date
) -> list[FoundListing]:
    """At most SIMILAR_MAX offers, one of each product, the most alike first; `offers` counts those that reach the unit.

    `base_hundredths` is what the product itself costs per base unit, in hundredths of a fen.
    """
    rows = (
        session().execute(_query(product, base_hundredths=base_hundredths, region_code=region_code, on=on)).mappings()
    )
    return [
        FoundListing(**{
            **{name: value for name, value in row.items() if name not in _HELPERS},
            "region_codes": tuple(row["region_codes"]),
        })
        for row in rows
    ]  # fmt: skip


def _query(product: Product, *, base_hundredths: int, region_code: int | None, on: date) -> Select:
    price = func.div(Listing.price_fen * 100, Listing.pack_size, type_=BigInteger)
    considered = (
        select(Product.id)
        .where(
            Product.category_code == product.category_code,
            Product.base_unit == product.base_unit,
            Product.id != product.id,
            Product.state == "current",
        )
        .limit(_PRODUCTS_LOOKED_AT)
        .scalar_subquery()
    )
    cheapest_first = (Listing.stock == 0, price, Listing.id)
    offers = (
        on_sale(on=on)
        .add_columns(
            func.count().over(partition_by=Listing.product_id).label("offers"),
            func.row_number().over(partition_by=Listing.product_id, order_by=cheapest_first).label("place"),
            _shared(product).label("shared"),
            func.abs(func.ln(func.greatest(price, 1)) - func.ln(literal(max(base_hundredths, 1), BigInteger))).label(
                "apart"
            ),
        )
        .where(
            Listing.product_id.in_(considered),
            price.between(base_hundredths // _PRICE_RATIO_MAX, base_hundredths * _PRICE_RATIO_MAX),
        )
    )
    if region_code is not None:
        offers = offers.where(Listing.region_codes.overlap(list(chain(region_code))))
    found = offers.subquery()
    return (
        select(found)
        .where(found.c.place == 1)
        .order_by(found.c.shared.desc(), found.c.apart, found.c.id)
        .limit(SIMILAR_MAX)
    )


def _shared(product: Product) -> ColumnElement[int]:
    """How many attributes of another product say the same as this one's."""
    said = func.jsonb_each_text(Product.specification).table_valued("key", "value").alias("said")
    own = cast(literal(dict(product.specification), JSON), JSONB)
    return select(func.count()).select_from(said).where(own.op("->>")(said.c.key) == said.c.value).scalar_subquery()
