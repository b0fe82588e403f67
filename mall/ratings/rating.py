"""Ratings: what a unit says of a supplier after an order, in three marks and a sentence."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant


class Rating(Base):
    """Marks of 1 to 5 for goods, delivery and service. `is_default`: the term ran out in silence."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("goods between 1 and 5 and delivery between 1 and 5 and service between 1 and 5", name="marks"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    goods: Mapped[int]
    delivery: Mapped[int]
    service: Mapped[int]
    words: Mapped[str] = mapped_column(server_default="")
    is_default: Mapped[bool]
    rated_by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
