"""The audit table: who, when, what, on what, with which result, from where, under which request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant


class AuditRecord(Base):
    """Append-only: the application's role may insert and read, nobody may change."""

    __tablename__ = "audit_record"
    __table_args__ = (
        CheckConstraint("result in ('done', 'refused', 'failed')", name="result"),
        Index("ix_audit_record_subject", "subject", "id"),
        Index("ix_audit_record_at", "at"),
        Index("ix_audit_record_user_id", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[int | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    result: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    address: Mapped[str]
    request_id: Mapped[str]
