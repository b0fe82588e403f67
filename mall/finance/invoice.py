"""Invoices; a number is used once in the whole province."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class Invoice(Base):
    """The supplier's invoice for an accepted order, matched against order and acceptance."""

    __tablename__ = "invoice"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    number: Mapped[str] = mapped_column(unique=True)
    issued_on: Mapped[date]
    amount_fen: Mapped[int]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime] = mapped_column(Instant)


def invoice_of(order_id: int) -> Invoice | None:
    return session().scalar(select(Invoice).where(Invoice.order_id == order_id))
