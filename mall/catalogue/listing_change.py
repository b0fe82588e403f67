"""A dearer price, another unit or pack of a listing: asked for, and not in force until reviewed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.listing_change_states import LISTING_CHANGE_STATES
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable


class ListingChange(Base):
    """The terms asked for beside those in force when they were asked for. Prices in fen per `unit`, tax included."""

    __tablename__ = "listing_change"
    __table_args__ = (
        CheckConstraint(LISTING_CHANGE_STATES.check_sql(), name="state"),
        CheckConstraint("price_fen > 0 and old_price_fen > 0", name="price"),
        CheckConstraint("pack_size > 0 and old_pack_size > 0", name="pack_size"),
        Index("uq_listing_change_waiting", "listing_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_listing_change_listing", "listing_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    state: Mapped[str]
    price_fen: Mapped[int]
    unit: Mapped[str]
    pack_size: Mapped[int]
    pack_text: Mapped[str]
    old_price_fen: Mapped[int]
    old_unit: Mapped[str]
    old_pack_size: Mapped[int]
    old_pack_text: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    asked_by_id: Mapped[int | None]
    asked_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"listing_change:{self.id}"

    @property
    def states(self) -> StateTable:
        return LISTING_CHANGE_STATES


def waiting_change(listing_id: int) -> ListingChange | None:
    """The change of this listing that waits for review."""
    query = select(ListingChange).where(ListingChange.listing_id == listing_id, ListingChange.state == "waiting")
    return session().scalar(query)


def waiting_changes(listing_ids: list[int]) -> dict[int, ListingChange]:
    """The changes that wait for review, by listing id."""
    query = select(ListingChange).where(ListingChange.listing_id.in_(listing_ids), ListingChange.state == "waiting")
    return {change.listing_id: change for change in session().scalars(query)}


def changes_of(listing_id: int) -> list[ListingChange]:
    """Every change ever asked for, oldest first."""
    query = select(ListingChange).where(ListingChange.listing_id == listing_id).order_by(ListingChange.id)
    return list(session().scalars(query))
