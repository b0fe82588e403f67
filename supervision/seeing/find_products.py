"""Finding a product by words, and the categories that have a price index."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from mall.catalogue.category import Category
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import session

MOST_FOUND = 50


@dataclass(frozen=True)
class FoundProduct:
    """A product on the shelf: how many sell it, and the lowest and highest price per base unit, in fen."""

    product_id: int
    name: str
    category: str
    category_en: str
    sellers: int
    lowest_fen: int
    highest_fen: int


def find_products(words: str, *, category_code: str = "") -> list[FoundProduct]:
    """Products with these words in name, brand or model; those with the most sellers first."""
    base = (Listing.price_fen * 2 + Listing.pack_size) // (2 * Listing.pack_size)
    sellers = func.count(Listing.supplier_id.distinct())
    query = (
        select(Product.id, Product.name, Category.name, Category.name_en, sellers, func.min(base), func.max(base))
        .join(Listing, Listing.product_id == Product.id)
        .outerjoin(Category, Category.code == Product.category_code)
        .where(Listing.state == "on_shelf")
        .group_by(Product.id, Product.name, Category.name, Category.name_en)
        .order_by(sellers.desc(), Product.id)
        .limit(MOST_FOUND)
    )
    for word in words.split()[:5]:
        query = query.where(
            or_(*(column.icontains(word, autoescape=True) for column in (Product.name, Product.brand, Product.model)))
        )
    if category_code:
        query = query.where(Product.category_code.startswith(category_code, autoescape=True))
    return [
        FoundProduct(product_id, name, category or "", category_en or "", count, int(lowest), int(highest))
        for product_id, name, category, category_en, count, lowest, highest in session().execute(query)
    ]


def categories_on_shelf() -> list[tuple[str, str, str]]:
    """(code, name, English name) of every category with a product on the shelf, in the order of the codes."""
    sold = select(Product.category_code).join(Listing, Listing.product_id == Product.id)
    query = select(Category.code, Category.name, Category.name_en).where(
        Category.code.in_(sold.where(Listing.state == "on_shelf"))
    )
    return [(code, name, name_en) for code, name, name_en in session().execute(query.order_by(Category.code))]
