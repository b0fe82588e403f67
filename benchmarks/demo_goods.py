"""The demo mall's goods as search documents: what its suppliers really offer, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

from mall.demo.goods.read_goods import DemoProduct
from mall.demo.goods.write_supplier_files import offers_by_supplier
from mall.reference.read_reference import CategoryRecord, categories
from mall.search.document import Document

SEED = 7


@cache
def demo_goods() -> tuple[Document, ...]:
    """Every offer of every demo supplier, spelled in four ways; one supplier has sold what people buy most."""
    names = {category.code: category for category in categories()}
    offers = [
        (supplier_id, key, offer.sku, offer.product, offer.price_fen)
        for supplier_id, (key, offers) in enumerate(offers_by_supplier(seed=SEED).items(), start=100)
        for offer in offers
    ]
    demand: Counter[str] = Counter()
    for _, key, _, product, _ in offers:
        demand[product.category_code] += 1 + _sales(product, key)
    return tuple(
        Document(
            id=listing_id,
            name=_name(product, spelling=supplier_id % 4),
            brand=product.brand,
            model=product.model,
            sku=sku,
            keywords=" ".join(product.specification.values()),
            category_code=product.category_code,
            category_ancestors=_above(product.category_code, names=names),
            category_name=names[product.category_code].name,
            supplier_id=supplier_id,
            supplier_name=f"供应商{key}",
            region_codes=(410000,),
            price_fen=price_fen,
            created=date(2026, 1, 1),
            green=product.is_green,
            sales=_sales(product, key),
            demand=demand[product.category_code],
        )
        for listing_id, (supplier_id, key, sku, product, price_fen) in enumerate(offers, start=1)
    )


def _sales(product: DemoProduct, supplier_key: str) -> int:
    return product.popularity if supplier_key == "s01" else 0


def _name(product: DemoProduct, *, spelling: int) -> str:
    brand, name, model, variant = product.brand, product.name, product.model, product.variant
    spellings = (
        (brand, model, name, variant),
        (f"{brand}{name}", f"({model})" if model else "", variant),
        (brand, name, variant, model),
        (name, brand, model, variant),
    )
    return " ".join(word for word in spellings[spelling] if word)


def _above(code: str, *, names: dict[str, CategoryRecord]) -> tuple[str, ...]:
    found = []
    parent = names[code].parent_code
    while parent:
        found.append(parent)
        parent = names[parent].parent_code
    return tuple(found)
