"""Up to four products side by side, and in which lines they differ."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from mall import clock
from mall.catalogue.listing import Listing, delivers_to
from mall.catalogue.listing_image import ShownImage
from mall.catalogue.product import Product
from mall.database import session
from mall.search.found_listing import FoundListing, on_sale, read_listings
from mall.shop.base_price import base_price_hundredths, yuan_text

#: specifications that have a line of their own already
_OWN_LINES = ("品牌", "型号")


@dataclass(frozen=True)
class ComparedProduct:
    """A column: the product and its offers on sale to this unit, the cheapest per base unit first."""

    product: Product
    offers: list[FoundListing]

    @property
    def best(self) -> FoundListing | None:
        return self.offers[0] if self.offers else None

    @property
    def image(self) -> ShownImage | None:
        """The picture of the cheapest offer that has one."""
        return next((offer.image for offer in self.offers if offer.image is not None), None)

    @property
    def base_price(self) -> str:
        """Yuan per base unit of the cheapest offer; '' without offers."""
        return yuan_text(_per_base_unit(self.offers[0])) if self.offers else ""

    @property
    def delivery_days(self) -> int | None:
        return min((offer.delivery_days for offer in self.offers), default=None)


@dataclass(frozen=True)
class ComparedRow:
    """A line of specifications; `differs` when not all products say the same."""

    name: str
    values: list[str]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """Columns in the order asked for, and the specification lines, the differing ones first."""

    columns: list[ComparedProduct]
    rows: list[ComparedRow]


def compare_products(product_ids: tuple[int, ...], *, region_code: int | None) -> Comparison:
    """Compare the products that exist among these; offers that do not reach the division are left out."""
    products = {
        product.id: product for product in session().scalars(select(Product).where(Product.id.in_(product_ids)))
    }
    today = clock.today()
    offers = read_listings(on_sale(on=today).where(Listing.product_id.in_(product_ids)), on=today)
    columns = [
        ComparedProduct(
            product=products[product_id],
            offers=sorted(
                (offer for offer in offers if offer.product_id == product_id and _reaches(offer, region_code)),
                key=lambda offer: (_per_base_unit(offer), offer.id),
            ),
        )
        for product_id in product_ids
        if product_id in products
    ]
    return Comparison(columns=columns, rows=_specification_rows([column.product for column in columns]))


def _per_base_unit(offer: FoundListing) -> int:
    return base_price_hundredths(offer.price_fen, offer.pack_size)


def _reaches(offer: FoundListing, region_code: int | None) -> bool:
    return region_code is None or delivers_to(list(offer.region_codes), region_code=region_code)


def _specification_rows(products: list[Product]) -> list[ComparedRow]:
    names = list(
        dict.fromkeys(name for product in products for name in product.specification if name not in _OWN_LINES)
    )
    rows = []
    for name in names:
        values = [str(product.specification.get(name, "")) for product in products]
        rows.append(ComparedRow(name=name, values=values, differs=len(set(values)) > 1))
    return sorted(rows, key=lambda row: not row.differs)
