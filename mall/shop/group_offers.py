"""Offers of a page of results, gathered by product: five suppliers of one printer are one card, not five."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mall.catalogue.listing_image import ShownImage
from mall.search.found_listing import FoundListing
from mall.shop.base_price import base_price_hundredths, yuan_text


@dataclass(frozen=True)
class ProductCard:
    """A product among the results: the offer that stands for it, and the further ones of the same page."""

    main: FoundListing
    others: tuple[FoundListing, ...]

    @property
    def image(self) -> ShownImage | None:
        """The picture of the offer that stands for the product, else one of the others': it is the same product."""
        return next((offer.image for offer in (self.main, *self.others) if offer.image is not None), None)

    @property
    def others_base_price(self) -> str:
        """The lowest price among the others, yuan per base unit: they may come in other packs. Needs others."""
        return yuan_text(min(base_price_hundredths(other.price_fen, other.pack_size) for other in self.others))


def product_cards(rows: Iterable[FoundListing], *, cheapest_first: bool = True) -> list[ProductCard]:
    """Gather offers by product, products in the order of their first offer.

    The cheapest offer per base unit stands for the product, those in stock before those without;
    with `cheapest_first` False it is the one the engine put first (a list sorted by price must stay sorted).
    """
    by_product: dict[int, list[FoundListing]] = {}
    for row in rows:
        by_product.setdefault(row.product_id, []).append(row)
    cards = []
    for offers in by_product.values():
        ordered = sorted(offers, key=_price_order) if cheapest_first else offers
        cards.append(ProductCard(main=ordered[0], others=tuple(ordered[1:])))
    return cards


def _price_order(offer: FoundListing) -> tuple[bool, int, int]:
    return offer.stock == 0, base_price_hundredths(offer.price_fen, offer.pack_size), offer.id
