"""Attachments of budget documents: the row says what it is, the bytes lie in the data folder under their hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class BudgetAttachment(Base):
    """One file of one document; append-only. The same bytes are attached to a document once."""

    __tablename__ = "budget_attachment"
    __table_args__ = (
        CheckConstraint("size_bytes > 0", name="size"),
        UniqueConstraint("document_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("budget_document.id"))
    sha256: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


def attachments_of(document_id: int) -> list[BudgetAttachment]:
    """The document's files, in the order in which they were attached."""
    query = select(BudgetAttachment).where(BudgetAttachment.document_id == document_id)
    return list(session().scalars(query.order_by(BudgetAttachment.id)))
