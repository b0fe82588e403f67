"""The demo mall's goods as search documents: what its suppliers really offer, without a database."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from functools import cache

from mall.catalogue.merit import OfferFacts, merit
from mall.demo.goods.read_goods import DemoProduct
from mall.demo.goods.write_supplier_files import offers_by_supplier
from mall.reference.read_reference import CategoryRecord, categories
from mall.search.document import Document

SEED = 7


@cache
def demo_goods() -> tuple[Document, ...]:
    """Every offer of every demo supplier, spelled in four ways; one supplier has sold what people buy most.

    Their merits differ as the mall would have it by their real prices, and by made-up ratings and descriptions.
    """
    names = {category.code: category for category in categories()}
    offers = [
        (supplier_id, key, offer.sku, offer.product, offer.price_fen)
        for supplier_id, (key, offers) in enumerate(offers_by_supplier(seed=SEED).items(), start=100)
        for offer in offers
    ]
    demand: Counter[str] = Counter()
    for _, key, _, product, _ in offers:
        demand[product.category_code] += 1 + _sales(product, key)
    prices: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for _, _, _, product, price_fen in offers:
        prices[_key(product)].append(price_fen)
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
            merit=_merit(supplier_id, price_fen=price_fen, prices=prices[_key(product)]),
        )
        for listing_id, (supplier_id, key, sku, product, price_fen) in enumerate(offers, start=1)
    )


def _sales(product: DemoProduct, supplier_key: str) -> int:
    return product.popularity if supplier_key == "s01" else 0


def _key(product: DemoProduct) -> tuple[str, ...]:
    return product.category_code, product.brand, product.name, product.model, product.variant


def _merit(supplier_id: int, *, price_fen: int, prices: list[int]) -> int:
    marks = 30 * (supplier_id % 5)
    facts = OfferFacts(
        offers=len(prices),
        over_lowest_bp=(price_fen - min(prices)) * 10_000 // min(prices),
        ceiling="none",
        rating_sum=marks * (3 + supplier_id % 3),
        rating_count=marks,
        completeness_score=50 + supplier_id * 7 % 51,
        stock=supplier_id % 7,
        delivery_days=3,
    )
    return merit(facts)


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
