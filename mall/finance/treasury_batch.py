"""Files to and from the treasury: numbered, hashed, kept as they were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant


class TreasuryBatch(Base):
    """One outgoing file. `sequence_no` has no gaps; `content` is the file, byte for byte."""

    __tablename__ = "treasury_batch"
    __table_args__ = (CheckConstraint("payment_count > 0 and amount_fen > 0", name="not_empty"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sequence_no: Mapped[int] = mapped_column(unique=True)
    file_name: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str]
    content: Mapped[str]
    payment_count: Mapped[int]
    amount_fen: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)


class TreasuryFile(Base):
    """One incoming return file; the same bytes a second time change nothing."""

    __tablename__ = "treasury_file"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    row_count: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(Instant)


class TreasuryReturn(Base):
    """One line of a return file and what became of it. A line is taken once, the treasury's reference too."""

    __tablename__ = "treasury_return"
    __table_args__ = (
        UniqueConstraint("treasury_reference", "payment_number"),
        UniqueConstraint("file_id", "line_no"),
        CheckConstraint(
            "outcome in ('paid', 'refused', 'repeated', 'unknown', 'mismatch', 'conflict')", name="outcome"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("treasury_file.id"))
    line_no: Mapped[int]
    treasury_reference: Mapped[str]
    payment_number: Mapped[str]
    result: Mapped[str]
    amount_fen: Mapped[int]
    reason: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
