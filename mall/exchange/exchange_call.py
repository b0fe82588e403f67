"""The calls of partners that were let in: numbered, dated, each nonce once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Identity, Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class ExchangePartner(Base):
    """Where a partner's numbering stands; the row is the lock of its calls."""

    __tablename__ = "exchange_partner"

    partner: Mapped[str] = mapped_column(primary_key=True)
    last_sequence_no: Mapped[int]


class ExchangeCall(Base):
    """One call that was let in; append-only. Its number is higher than every one before it."""

    __tablename__ = "exchange_call"
    __table_args__ = (
        UniqueConstraint("partner", "nonce"),
        UniqueConstraint("partner", "sequence_no"),
        Index("ix_exchange_call_at", "partner", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    partner: Mapped[str]
    key_id: Mapped[str]
    method: Mapped[str]
    path: Mapped[str]
    sequence_no: Mapped[int]
    nonce: Mapped[str]
    body_sha256: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class SequenceGap:
    """Numbers that never came: from `first_missing` to `last_missing`; `seen_at` is when the next one did."""

    first_missing: int
    last_missing: int
    seen_at: datetime

    @property
    def count(self) -> int:
        return self.last_missing - self.first_missing + 1


def last_sequence_no(partner: str) -> int:
    """The highest number that was let in; 0 before the first call."""
    return session().scalar(select(func.max(ExchangeCall.sequence_no)).where(ExchangeCall.partner == partner)) or 0


def gaps_of(partner: str, *, limit: int = 50) -> list[SequenceGap]:
    """Holes in the partner's numbering, the newest first: calls that were lost, refused, or never meant for us."""
    before = func.lag(ExchangeCall.sequence_no, 1, 0).over(order_by=ExchangeCall.sequence_no).label("before")
    numbered = (
        select(ExchangeCall.sequence_no, before, ExchangeCall.at).where(ExchangeCall.partner == partner).subquery()
    )
    rows = session().execute(
        select(numbered)
        .where(numbered.c.sequence_no - numbered.c.before > 1)
        .order_by(numbered.c.sequence_no.desc())
        .limit(limit)
    )
    return [SequenceGap(row.before + 1, row.sequence_no - 1, row.at) for row in rows]


def latest_calls(partner: str, *, limit: int = 20) -> list[ExchangeCall]:
    """The newest calls."""
    query = select(ExchangeCall).where(ExchangeCall.partner == partner)
    return list(session().scalars(query.order_by(ExchangeCall.sequence_no.desc()).limit(limit)))
