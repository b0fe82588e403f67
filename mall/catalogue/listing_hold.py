"""Holds: why a listing is frozen, until when, and where it stood before."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.listing import Listing
from mall.database import Base, Instant, session


class ListingHold(Base):
    """One hold. It lifts by itself after its last day `until`, or is lifted before; `came_from` is the state then.

    `case_number` is that of supervision's case, where it is held because of one.
    """

    __tablename__ = "listing_hold"
    __table_args__ = (
        CheckConstraint("came_from in ('on_shelf', 'off_shelf')", name="came_from"),
        Index("uq_listing_hold_open", "listing_id", unique=True, postgresql_where=text("ended_at is null")),
        Index("ix_listing_hold_listing", "listing_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    reason: Mapped[str]
    until: Mapped[date]
    came_from: Mapped[str]
    case_number: Mapped[str] = mapped_column(server_default="")
    placed_by_id: Mapped[int | None]
    placed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


def open_hold(listing_id: int, *, lock: bool = False) -> ListingHold | None:
    """The hold under which this listing is frozen now."""
    query = select(ListingHold).where(ListingHold.listing_id == listing_id, ListingHold.ended_at.is_(None))
    return session().scalar(query.with_for_update() if lock else query)
