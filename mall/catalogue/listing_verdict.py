"""What a reviewer said of a listing or a change; nobody else learns it before all have spoken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.catalogue.listing import Listing
from mall.database import Base, Instant, session

#: the two seats of a review, by the role that fills them; a region that asks for one reviewer asks for the first
SEATS = {"centre": "platform", "monitor": "monitor"}
VERDICTS = ("pass", "reject")


class ListingVerdict(Base):
    """One verdict. `document` is what was judged, "listing:7" or "listing_change:9"; open until it is decided."""

    __tablename__ = "listing_verdict"
    __table_args__ = (
        CheckConstraint(f"seat in {tuple(SEATS.values())}", name="seat"),
        CheckConstraint(f"verdict in {VERDICTS}", name="verdict"),
        CheckConstraint("(verdict = 'reject') = (cardinality(reasons) > 0)", name="reasons"),
        Index("uq_listing_verdict_seat", "document", "seat", unique=True, postgresql_where=text("closed_at is null")),
        Index(
            "uq_listing_verdict_person", "document", "user_id", unique=True, postgresql_where=text("closed_at is null")
        ),
        Index("ix_listing_verdict_listing", "listing_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document: Mapped[str]
    listing_id: Mapped[int] = mapped_column(ForeignKey(Listing.id))
    seat: Mapped[str]
    user_id: Mapped[int]
    verdict: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    note: Mapped[str] = mapped_column(server_default="")
    given_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


def open_verdicts(documents: Sequence[str]) -> dict[str, list[ListingVerdict]]:
    """The verdicts given so far on what is not decided yet, by document. For the decision alone: never shown."""
    query = select(ListingVerdict).where(ListingVerdict.document.in_(documents), ListingVerdict.closed_at.is_(None))
    found: dict[str, list[ListingVerdict]] = {}
    for verdict in session().scalars(query.order_by(ListingVerdict.seat.desc(), ListingVerdict.id)):
        found.setdefault(verdict.document, []).append(verdict)
    return found


def close_verdicts(documents: Sequence[str]) -> None:
    """They have been used, or the goods they were about have changed. Runs inside @atomic."""
    if not documents:
        return
    session().execute(
        update(ListingVerdict)
        .where(ListingVerdict.document.in_(documents), ListingVerdict.closed_at.is_(None))
        .values(closed_at=clock.now())
    )
