"""Stops: by whose word a supplier may not sell, until when, and why; several may hold at once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session

#: the purchasing centre's own word; others name their document, such as "measure:CZ-410100-2026-000001"
CENTRE = "centre"


class SupplierStop(Base):
    """One stop. A supplier is suspended or removed as long as one is open; `until` is only told, whoever made it ends
    it."""

    __tablename__ = "supplier_stop"
    __table_args__ = (
        CheckConstraint("kind in ('suspended', 'removed')", name="kind"),
        Index("uq_supplier_stop_open", "supplier_id", "source", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_supplier_stop_supplier", "supplier_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    kind: Mapped[str]
    source: Mapped[str]
    reason: Mapped[str]
    until: Mapped[date | None]
    placed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


def open_stops(supplier_id: int) -> list[SupplierStop]:
    """Those that hold now, the gravest first."""
    query = select(SupplierStop).where(SupplierStop.supplier_id == supplier_id, SupplierStop.ended_at.is_(None))
    # "removed" stands before "suspended" in this order, too.
    return list(session().scalars(query.order_by(SupplierStop.kind, SupplierStop.id.desc())))
