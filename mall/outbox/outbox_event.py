"""The outbox table: what happened, waiting to be told to others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant


class OutboxEvent(Base):
    """One event of one document. Ids of one document rise in the order of its deeds, because its row is locked."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'done', 'parked')", name="state"),
        Index("ix_outbox_event_waiting", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_outbox_event_open_document", "document", "id", postgresql_where=text("state <> 'done'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str]
    document: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    happened_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None] = mapped_column(Instant)
