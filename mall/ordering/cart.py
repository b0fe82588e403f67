"""The cart of one handler in one unit: what she picked and the price she saw."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class CartLine(Base):
    """One listing in a cart. `seen_price_fen` and `seen_version` are what she saw when she last looked."""

    __tablename__ = "cart_line"
    __table_args__ = (
        CheckConstraint("quantity between 1 and 1000000", name="quantity"),
        UniqueConstraint("user_id", "unit_id", "listing_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    quantity: Mapped[int]
    seen_price_fen: Mapped[int]
    seen_version: Mapped[int]
    budget_line_id: Mapped[int | None]
    added_at: Mapped[datetime] = mapped_column(Instant)


def cart_lines(*, user_id: int, unit_id: int) -> list[CartLine]:
    """The lines of one cart, oldest first."""
    return list(
        session().scalars(
            select(CartLine).where(CartLine.user_id == user_id, CartLine.unit_id == unit_id).order_by(CartLine.id)
        )
    )
