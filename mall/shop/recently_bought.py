"""What a unit bought last, as far as it can still be bought."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, column, func, select, table

from mall import clock
from mall.database import session
from mall.search.found_listing import FoundListing, listings_in_order

# Ordering asks the shop whether an offer is available, so the shop must not import ordering: it names
# the two tables and the columns it reads instead.
_ORDER = table("purchase_order", column("id", BigInteger), column("unit_id", BigInteger), column("state", String))
_LINE = table("order_line", column("order_id", BigInteger), column("listing_id", BigInteger))


def recently_bought(unit_ids: tuple[int, ...], *, limit: int) -> list[FoundListing]:
    """Offers in the units' latest orders, the latest first, without those that may no longer be sold."""
    if not unit_ids:
        return []
    latest = session().execute(
        select(_LINE.c.listing_id)
        .join(_ORDER, _ORDER.c.id == _LINE.c.order_id)
        .where(_ORDER.c.unit_id.in_(unit_ids), _ORDER.c.state.not_in(("cancelled", "declined", "returned")))
        .group_by(_LINE.c.listing_id)
        .order_by(func.max(_ORDER.c.id).desc(), _LINE.c.listing_id)
        .limit(limit)
    )
    return listings_in_order(latest.scalars(), on=clock.today())
