"""Asset cards: one per piece at or above the unit's asset limit, from acceptance."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class AssetCard(Base):
    """One piece. It waits for its number and place ("waiting"), then is registered with its value incl. tax."""

    __tablename__ = "asset_card"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'registered')", name="state"),
        UniqueConstraint("order_line_id", "piece_no"),
        Index("ix_asset_card_order", "order_id"),
        Index("ix_asset_card_unit", "unit_id", "state"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    piece_no: Mapped[int]
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    name: Mapped[str]
    value_fen: Mapped[int]
    budget_line_id: Mapped[int]
    state: Mapped[str]
    serial_number: Mapped[str] = mapped_column(server_default="")
    place: Mapped[str] = mapped_column(server_default="")
    keeper: Mapped[str] = mapped_column(server_default="")
    useful_years: Mapped[int | None]
    accepted_on: Mapped[date]
    registered_at: Mapped[datetime | None] = mapped_column(Instant)


def asset_cards_of(order_id: int) -> list[AssetCard]:
    return list(session().scalars(select(AssetCard).where(AssetCard.order_id == order_id).order_by(AssetCard.id)))
