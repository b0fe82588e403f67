"""What a history keeps of a price that was stopped: the ceiling, its source, and the cheapest equivalent."""

from __future__ import annotations

from typing import Any

from mall.catalogue.cheapest_equivalent import cheapest_equivalent
from mall.catalogue.find_ceilings import Ceiling
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product


def stop_facts(
    listing: Listing, product: Product, *, ceiling: Ceiling, price_fen: int, pack_size: int
) -> dict[str, Any]:
    """`price_fen` is per unit of `pack_size` base units; the ceiling is per base unit."""
    return {
        "price_fen": price_fen,
        "pack_size": pack_size,
        "ceiling_fen": ceiling.ceiling_fen,
        "base_unit": product.base_unit or listing.unit,
        "source": ceiling.source,
        "equivalent": cheapest_equivalent(listing, product),
    }
