"""Printed documents: what a verification code stands for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Identity, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class PrintedDocument(Base):
    """One version of one document as it was printed; the public page shows number, parties, amount and hash."""

    __tablename__ = "printed_document"
    __table_args__ = (UniqueConstraint("kind", "number", "content_hash"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    number: Mapped[str]
    content_hash: Mapped[str]
    title: Mapped[str]
    unit_name: Mapped[str]
    supplier_name: Mapped[str]
    amount_fen: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(Instant)


def printed_document(code: str) -> PrintedDocument | None:
    return session().scalar(select(PrintedDocument).where(PrintedDocument.code == code))
