"""Disputes about received goods: what the receiver objects to, what the supplier answers, how it ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class Dispute(Base):
    """One dispute; an order has at most one open. `quantities`: pieces objected to by line number."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("uq_dispute_open", "order_id", unique=True, postgresql_where=text("settled_at is null")),
        Index("ix_dispute_order", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    number: Mapped[str] = mapped_column(unique=True)
    quantities: Mapped[dict[str, int]] = mapped_column(JSONB)
    reason: Mapped[str]
    raised_by: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str] = mapped_column(server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    #: "accept": taken as delivered; "replace": the pieces come again; "release": they fall away
    outcome: Mapped[str] = mapped_column(server_default="")
    decision: Mapped[str] = mapped_column(server_default="")
    settled_by: Mapped[str] = mapped_column(server_default="")
    settled_at: Mapped[datetime | None] = mapped_column(Instant)


def open_dispute_of(order_id: int) -> Dispute | None:
    return session().scalar(select(Dispute).where(Dispute.order_id == order_id, Dispute.settled_at.is_(None)))


def disputes_of(order_id: int) -> list[Dispute]:
    return list(session().scalars(select(Dispute).where(Dispute.order_id == order_id).order_by(Dispute.id)))
