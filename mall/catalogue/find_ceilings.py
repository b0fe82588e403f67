"""The price ceiling of a product on a day: the lowest of its own, its categories' and the office equipment standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from mall import clock
from mall.assets.asset_standard import standards_for
from mall.catalogue.category import Category
from mall.catalogue.listing import Listing
from mall.catalogue.price_ceiling import PriceCeiling
from mall.catalogue.product import Product
from mall.database import session
from mall.suppliers.supplier import Supplier

#: where the ceiling of a category stands written when no quantity standard names it
OFFICE_STANDARD = "通用办公设备家具配置标准（价格上限）"


@dataclass(frozen=True)
class Ceiling:
    """What one base unit may cost at most, in fen with tax, and where that stands written."""

    ceiling_fen: int
    source: str

    def is_exceeded(self, *, price_fen: int, pack_size: int) -> bool:
        return price_fen > self.ceiling_fen * pack_size


def find_ceilings(category_of: Mapping[int, str], *, region_code: int, on: date) -> dict[int, Ceiling]:
    """The ceilings of these products (product id -> category code); products without one are left out."""
    parents = dict(session().execute(select(Category.code, Category.parent_code)).all())
    lineages = {code: _lineage(code, parents) for code in set(category_of.values())}
    by_category = _in_force(PriceCeiling.category_code, {one for known in lineages.values() for one in known}, on=on)
    by_product = _of_products(set(category_of), on=on)
    standards = _of_office_standards(lineages, region_code=region_code, on=on)
    found: dict[int, Ceiling] = {}
    for product_id, code in category_of.items():
        candidates = [by_category[one] for one in lineages[code] if one in by_category]
        candidates += [there[key] for there, key in ((by_product, product_id), (standards, code)) if key in there]
        if candidates:
            found[product_id] = min(candidates, key=lambda ceiling: ceiling.ceiling_fen)
    return found


def exceeded_ceiling(listing: Listing, product: Product) -> Ceiling | None:
    """The ceiling of today that the price of this listing is above, None where it may be sold."""
    region_code = session().get_one(Supplier, listing.supplier_id).region_code
    ceilings = find_ceilings({product.id: product.category_code or ""}, region_code=region_code, on=clock.today())
    ceiling = ceilings.get(product.id)
    if ceiling is None or not ceiling.is_exceeded(price_fen=listing.price_fen, pack_size=listing.pack_size):
        return None
    return ceiling


def _lineage(code: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    found = [code]
    while (above := parents.get(found[-1])) is not None:
        found.append(above)
    return tuple(found)


def _of_products(product_ids: set[int], *, on: date) -> dict[int, Ceiling]:
    """The lowest of each product's own and of those that were merged into it."""
    rows = session().execute(
        select(Product.id, Product.merged_into_id).where(
            Product.merged_into_id == any_(bindparam("into", list(product_ids), type_=ARRAY(BigInteger)))
        )
    )
    into = dict(rows.all())
    found: dict[int, Ceiling] = {}
    for product_id, ceiling in _in_force(PriceCeiling.product_id, product_ids | into.keys(), on=on).items():
        kept = into.get(product_id, product_id)
        found[kept] = min(ceiling, found.get(kept, ceiling), key=lambda one: one.ceiling_fen)
    return found


def _in_force(column: InstrumentedAttribute[Any], keys: set[Any], *, on: date) -> dict[Any, Ceiling]:
    """The lowest of each key: the last one that the order brings stays."""
    rows = session().execute(
        select(column, PriceCeiling.ceiling_fen, PriceCeiling.source)
        .where(
            # One array, not as many parameters as a file has products.
            column == any_(bindparam("keys", list(keys), type_=ARRAY(column.type), unique=True)),
            PriceCeiling.state == "in_force",
            PriceCeiling.valid_from <= on,
            or_(PriceCeiling.valid_to.is_(None), PriceCeiling.valid_to > on),
        )
        .order_by(PriceCeiling.ceiling_fen.desc())
    )
    return {key: Ceiling(ceiling_fen=ceiling_fen, source=source) for key, ceiling_fen, source in rows}


def _of_office_standards(lineages: Mapping[str, tuple[str, ...]], *, region_code: int, on: date) -> dict[str, Ceiling]:
    rows = session().execute(
        select(Category.code, Category.asset_ceiling_fen).where(
            Category.code.in_(lineages), Category.asset_ceiling_fen.is_not(None)
        )
    )
    written = {
        code: standard.legal_source
        for standard in standards_for(region_code, on=on)
        for code in standard.category_codes
        if standard.price_ceiling_fen is not None
    }
    return {
        code: Ceiling(ceiling_fen=ceiling_fen or 0, source=written.get(code, OFFICE_STANDARD))
        for code, ceiling_fen in rows
    }
