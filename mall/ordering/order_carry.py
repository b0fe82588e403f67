"""Orders that went from one budget year into the next: which, from when, and which years their postings stand in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.ordering.order import Order


class OrderCarry(Base):
    """One order whose money, waiting assets or refund claim one worksheet took into the next year; append-only.

    `is_moved`: the order itself lives in the next year from then on, so that its later steps post there.
    """

    __tablename__ = "order_carry"
    __table_args__ = (
        CheckConstraint("to_year = from_year + 1", name="years"),
        Index("ix_order_carry_order", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    from_year: Mapped[int]
    to_year: Mapped[int]
    worksheet_number: Mapped[str]
    is_moved: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant)


def carries_of(order_id: int) -> list[OrderCarry]:
    """Every time the order went into another year, oldest first."""
    return list(session().scalars(select(OrderCarry).where(OrderCarry.order_id == order_id).order_by(OrderCarry.id)))


def years_of(order: Order) -> list[int]:
    """The budget years in which the order has postings, the earliest first."""
    found = {order.year}
    for carry in carries_of(order.id):
        found |= {carry.from_year, carry.to_year}
    return sorted(found)
