"""What goes to the credit platform, numbered, and what came from it: answers, and who was asked about when."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.errors import Refusal


class CreditMessage(Base):
    """One message to the platform; append-only. `sequence_no` has no gaps; `content` is JSON, signed as it stands."""

    __tablename__ = "credit_message"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sequence_no: Mapped[int] = mapped_column(unique=True)
    content: Mapped[str]
    sha256: Mapped[str]
    measure_count: Mapped[int]
    grade_count: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def file_name(self) -> str:
        return f"credit-{self.sequence_no:06d}.json"


class CreditAnswer(Base):
    """One answer of the platform, kept as it came; append-only. The same bytes are taken once."""

    __tablename__ = "credit_answer"
    __table_args__ = (CheckConstraint("came_by in ('file', 'api')", name="came_by"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    content: Mapped[str]
    source: Mapped[str]
    queried_at: Mapped[datetime] = mapped_column(Instant)
    came_by: Mapped[str]
    key_id: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(Instant)


class DishonestyQuery(Base):
    """That the platform was asked about a supplier, and on how many lists he stood; append-only."""

    __tablename__ = "dishonesty_query"
    __table_args__ = (
        CheckConstraint("entry_count >= 0", name="entry_count"),
        Index("ix_dishonesty_query_supplier", "supplier_id", "queried_on"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    answer_id: Mapped[int] = mapped_column(ForeignKey("credit_answer.id"))
    queried_on: Mapped[date]
    entry_count: Mapped[int]


def message_numbered(sequence_no: int) -> CreditMessage:
    """Raises Refusal("exchange.unknown_message")."""
    found = session().scalar(select(CreditMessage).where(CreditMessage.sequence_no == sequence_no))
    if found is None:
        raise Refusal("exchange.unknown_message", sequence_no=sequence_no)
    return found
