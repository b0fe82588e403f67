"""Reference prices, computed every night: one key read when an order is placed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, session


class ReferencePrice(Base):
    """What a product costs elsewhere, for one of its suppliers (whose own prices are left out), per base unit, in fen.

    `supplier_id` 0: over all suppliers, for who compares from outside. Counts stand beside every price, 0 with a price
    of 0 means that there is none. `regular_price_fen`: the highest weekly upper quartile of the others in nine weeks;
    `own_high_fen`: the supplier's own 90th percentile of 26 weeks.
    """

    __tablename__ = "reference_price"
    __table_args__ = (Index("ix_reference_price_day", "on_day"),)

    product_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    supplier_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    on_day: Mapped[date]
    paid_count: Mapped[int]
    paid_lowest_fen: Mapped[int]
    paid_quartile_1_fen: Mapped[int]
    paid_median_fen: Mapped[int]
    paid_quartile_3_fen: Mapped[int]
    paid_from_day: Mapped[int]
    paid_until_day: Mapped[int]
    regular_price_fen: Mapped[int]
    regular_price_sellers: Mapped[int]
    own_high_fen: Mapped[int]
    own_weeks: Mapped[int]
    #: as `prices.above_references` found them last night, which leaves promotions and dear offers out of the others
    others_regular_fen: Mapped[int]
    others_regular_sellers: Mapped[int]
    own_regular_fen: Mapped[int]
    own_regular_weeks: Mapped[int]
    #: the product has no one price per base unit
    is_uneven: Mapped[int]


def reference_price(product_id: int, supplier_id: int) -> ReferencePrice | None:
    """The row of this product for this supplier, by its key; None where last night's history had none."""
    return session().get(ReferencePrice, (product_id, supplier_id))
