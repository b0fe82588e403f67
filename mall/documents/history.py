"""What happened to a document, step by step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class DocumentStep(Base):
    """One step of one document; append-only like the audit."""

    __tablename__ = "document_step"
    __table_args__ = (Index("ix_document_step_document", "document", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document: Mapped[str]
    action: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[int | None]
    actor_name: Mapped[str]
    note: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


def history_of(reference: str) -> list[DocumentStep]:
    """All steps of the document, oldest first."""
    return list(
        session().scalars(select(DocumentStep).where(DocumentStep.document == reference).order_by(DocumentStep.id))
    )


def histories_of(references: list[str]) -> list[DocumentStep]:
    """All steps of these documents in one row, oldest first."""
    query = select(DocumentStep).where(DocumentStep.document.in_(references))
    return list(session().scalars(query.order_by(DocumentStep.id)))
