"""Shipments and receipts: notes that say how many of which line went out or came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class DeliveryNote(Base):
    """One shipment, receipt or refusal at the door. `quantities`: {line number as text: pieces}."""

    __tablename__ = "delivery_note"
    __table_args__ = (
        CheckConstraint("kind in ('shipment', 'receipt', 'refusal')", name="kind"),
        Index("ix_delivery_note_order", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    kind: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    quantities: Mapped[dict[str, int]] = mapped_column(JSONB)
    carrier: Mapped[str] = mapped_column(server_default="")
    tracking_number: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    person_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


def delivery_notes_of(order_id: int) -> list[DeliveryNote]:
    return list(
        session().scalars(select(DeliveryNote).where(DeliveryNote.order_id == order_id).order_by(DeliveryNote.id))
    )
