"""Listings whose product is to be looked at by the matcher; notes of the moment, gone when that has been done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.database import Base, Instant, session


class MatchTask(Base):
    """One listing that waits. `said` is what its supplier said of it, where its product says it otherwise:

    {"brand", "brand_key", "model", "gtin", "category_code", "specification", "base_unit"}; null where the product was
    made from that very listing.
    """

    __tablename__ = "match_task"

    listing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    said: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    queued_at: Mapped[datetime] = mapped_column(Instant)


def queue_for_matching(listing_ids: Sequence[int], *, said: dict[str, Any] | None = None) -> None:
    """Have the matcher look at these listings, in the transaction under way; the caller holds `lock_products`."""
    rows = [{"listing_id": one, "said": said, "queued_at": clock.now()} for one in sorted(set(listing_ids))]
    if rows:
        statement = insert(MatchTask).values(rows)
        session().execute(
            statement.on_conflict_do_update(
                index_elements=[MatchTask.listing_id],
                set_={"said": statement.excluded.said, "queued_at": statement.excluded.queued_at},
            )
        )
