"""Files to and from the treasury: numbered, hashed, kept as they were."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
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
    """One incoming return file; the same bytes a second time change nothing.

    `came_by` is "file" or "api"; `key_id` names the key that signed it, empty while no key is configured.
    """

    __tablename__ = "treasury_file"
    __table_args__ = (CheckConstraint("came_by in ('file', 'api')", name="came_by"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    row_count: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(Instant)
    came_by: Mapped[str] = mapped_column(server_default="file")
    key_id: Mapped[str] = mapped_column(server_default="")


class TreasuryReceipt(Base):
    """The treasury's word that it holds a batch, byte for byte; said once."""

    __tablename__ = "treasury_receipt"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("treasury_batch.id"), unique=True)
    key_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


class RefusedFile(Base):
    """A file or body that was not taken, kept whole as it came, so that somebody can look at it."""

    __tablename__ = "refused_file"
    __table_args__ = (UniqueConstraint("sha256", "code"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes]
    signature: Mapped[str]
    code: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Instant)


class TreasuryReturn(Base):
    """One line of a return file and what became of it. A line is taken once, the treasury's reference too."""

    __tablename__ = "treasury_return"
    __table_args__ = (
        UniqueConstraint("file_id", "line_no"),
        CheckConstraint(
            "outcome in ('paid', 'refused', 'bounced', 'partial', 'repeated', 'early', 'unknown', 'mismatch', "
            "'conflict')",
            name="outcome",
        ),
        # A reference settles its payment once, whatever the application thinks.
        Index(
            "uq_treasury_return_settled",
            "payment_number",
            "treasury_reference",
            unique=True,
            postgresql_where=text("outcome in ('paid', 'refused')"),
        ),
        Index("ix_treasury_return_said", "payment_number", "treasury_reference"),
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
