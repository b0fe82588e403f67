"""Credit entries, what they come to, and every grade that was given."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from supervision.credit.credit_formula import FULL_MARKS, GRADES, PARTY_KINDS

_DIMENSIONS = tuple(dimension for dimensions in FULL_MARKS.values() for dimension in dimensions)


class CreditEntry(Base):
    """Points for one deed; append-only. What turns out otherwise later is put right by a further entry.

    `source` is the same for all entries of one deed: their sum is what the formula gives for it. It counts up to and
    with the day before `expires_on`. `document` is where to read of it.
    """

    __tablename__ = "credit_entry"
    __table_args__ = (
        CheckConstraint(f"party_kind in {PARTY_KINDS}", name="party_kind"),
        CheckConstraint(f"dimension in {_DIMENSIONS}", name="dimension"),
        CheckConstraint("points <> 0 and expires_on > day", name="counts"),
        Index("ix_credit_entry_party", "party_id", "source"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    party_kind: Mapped[str]
    party_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    dimension: Mapped[str]
    code: Mapped[str]
    points: Mapped[int]
    document: Mapped[str]
    source: Mapped[str]
    day: Mapped[date]
    expires_on: Mapped[date]
    is_correction: Mapped[bool] = mapped_column(server_default="false")
    formula_version: Mapped[int]
    written_at: Mapped[datetime] = mapped_column(Instant)


class CreditStanding(Base):
    """What a party's entries come to on the day it was last reckoned. `marks`: {dimension: hundredths of a point}."""

    __tablename__ = "credit_standing"
    __table_args__ = (
        CheckConstraint(f"party_kind in {PARTY_KINDS}", name="party_kind"),
        CheckConstraint(f"grade in {GRADES}", name="grade"),
        CheckConstraint("score between 0 and 10000", name="score"),
        Index("ix_credit_standing_region", "region_code", "party_kind", "score"),
    )

    party_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    party_kind: Mapped[str]
    region_code: Mapped[int]
    score: Mapped[int]
    marks: Mapped[dict[str, int]] = mapped_column(JSONB)
    deeds: Mapped[int]
    grade: Mapped[str]
    formula_version: Mapped[int]
    reckoned_on: Mapped[date]

    @property
    def reference(self) -> str:
        return f"credit:{self.party_id}"


class CreditGrade(Base):
    """One grade that was given, with the regional rules it was given by; append-only. The first has no `before`."""

    __tablename__ = "credit_grade"
    __table_args__ = (
        CheckConstraint(f"grade in {GRADES} and before in {('', *GRADES)}", name="grade"),
        Index("ix_credit_grade_party", "party_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    before: Mapped[str]
    grade: Mapped[str]
    score: Mapped[int]
    deeds: Mapped[int]
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    formula_version: Mapped[int]
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(Instant)


def standing(party_id: int, *, lock: bool = False) -> CreditStanding | None:
    """The party's standing; None while it has never been reckoned."""
    query = select(CreditStanding).where(CreditStanding.party_id == party_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session().scalar(query)


def grades_given(party_id: int) -> list[CreditGrade]:
    """The newest first."""
    return list(
        session().scalars(select(CreditGrade).where(CreditGrade.party_id == party_id).order_by(CreditGrade.id.desc()))
    )


def entries_of(party_id: int, *, on: date, limit: int, offset: int = 0) -> list[CreditEntry]:
    """Those that count on this day, the newest first."""
    query = select(CreditEntry).where(CreditEntry.party_id == party_id, CreditEntry.expires_on > on)
    return list(
        session().scalars(query.order_by(CreditEntry.day.desc(), CreditEntry.id.desc()).limit(limit).offset(offset))
    )


def entry_count(party_id: int, *, on: date) -> int:
    query = select(func.count()).where(CreditEntry.party_id == party_id, CreditEntry.expires_on > on)
    return session().scalar(query) or 0
