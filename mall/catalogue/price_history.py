"""Every price a listing ever had."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.listing import Listing
from mall.database import Base, Instant, session


class PriceChange(Base):
    """One price, from `changed_at` on. The first of a listing has no old price. Append-only."""

    __tablename__ = "price_change"
    __table_args__ = (
        CheckConstraint("new_price_fen > 0", name="new_price"),
        Index("ix_price_change_listing", "listing_id", "changed_at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    old_price_fen: Mapped[int | None]
    new_price_fen: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[int | None]
    reason: Mapped[str] = mapped_column(server_default="")


def price_changes_of_product(product_id: int) -> list[tuple[int, PriceChange]]:
    """(supplier id, price change) of all listings of the product, oldest first."""
    rows = session().execute(
        select(Listing.supplier_id, PriceChange)
        .join(Listing, Listing.id == PriceChange.listing_id)
        .where(Listing.product_id == product_id)
        .order_by(PriceChange.changed_at, PriceChange.id)
    )
    return [(supplier_id, change) for supplier_id, change in rows]
