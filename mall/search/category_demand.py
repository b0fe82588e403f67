"""How much of each category is offered and bought, kept for a while per process: it changes slowly."""

from __future__ import annotations

import time

from sqlalchemy import func, select

from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import engine, session

_KEPT_SECONDS = 600.0

_kept: tuple[float, str, dict[str, int]] | None = None


def category_demand(*, anew: bool = False) -> dict[str, int]:
    """Category code -> offers on the shelf plus units of goods accepted; counted anew after ten minutes, or on request.

    A supplier offering something and a unit accepting it say the same: this is wanted here. So a mall that has
    not sold anything yet ranks by its shelves.
    """
    global _kept
    database = str(engine().url)
    if anew or _kept is None or time.monotonic() - _kept[0] > _KEPT_SECONDS or _kept[1] != database:
        _kept = (time.monotonic(), database, _count())
    return _kept[2]


def _count() -> dict[str, int]:
    rows = session().execute(
        select(Product.category_code, func.count() + func.sum(Listing.sold_count))
        .join(Product, Product.id == Listing.product_id)
        .where(Listing.state == "on_shelf", Product.category_code.is_not(None))
        .group_by(Product.category_code)
    )
    return {code: int(demand) for code, demand in rows}
