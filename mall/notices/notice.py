"""Notices: one line for one person about one document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class Notice(Base):
    """A notice keeps its code and facts; the sentence is made in the reader's language. Once per event and person."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("event_id", "user_id"),
        Index("ix_notice_user", "user_id", "id"),
        Index("ix_notice_document", "document"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    event_id: Mapped[int]
    code: Mapped[str]
    document: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)


def unread_count(user_id: int) -> int:
    return session().scalar(select(func.count()).where(Notice.user_id == user_id, Notice.read_at.is_(None))) or 0


def notices_for(user_id: int, *, limit: int = 50) -> list[Notice]:
    return list(
        session().scalars(select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(limit))
    )
