"""Invoices and credit notes; a number is used once in the whole province."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class Invoice(Base):
    """One of the supplier's invoices for an order; `acceptances` are the numbers of the sheets it is for."""

    __tablename__ = "invoice"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"), Index("ix_invoice_order", "order_id", "id"))

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    number: Mapped[str] = mapped_column(unique=True)
    issued_on: Mapped[date]
    amount_fen: Mapped[int]
    acceptances: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    entered_by: Mapped[str]
    entered_at: Mapped[datetime] = mapped_column(Instant)


class CreditNote(Base):
    """A red invoice (红字发票) that takes back part or all of one invoice."""

    __tablename__ = "credit_note"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"), Index("ix_credit_note_order", "order_id", "id"))

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    number: Mapped[str] = mapped_column(unique=True)
    issued_on: Mapped[date]
    amount_fen: Mapped[int]
    reason: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime] = mapped_column(Instant)


def invoices_of(order_id: int) -> list[Invoice]:
    return list(session().scalars(select(Invoice).where(Invoice.order_id == order_id).order_by(Invoice.id)))


def credit_notes_of(order_id: int) -> list[CreditNote]:
    return list(session().scalars(select(CreditNote).where(CreditNote.order_id == order_id).order_by(CreditNote.id)))
