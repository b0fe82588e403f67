"""Public reports: what somebody without an account tells, found again by a code that only the reporter has."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Select, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.access.actor import Actor
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.regions.region import code_bounds
from supervision.records.public_report_states import PUBLIC_REPORT_STATES

SUBJECTS = ("price", "goods", "supplier", "unit", "official", "other")
SIDES = ("reporter", "office")


class PublicReport(Base):
    """One report. Neither the reporter nor an address is kept; `code_hash` is SHA-256 of the code to follow it by."""

    __tablename__ = "public_report"
    __table_args__ = (
        CheckConstraint(PUBLIC_REPORT_STATES.check_sql(), name="state"),
        CheckConstraint(f"subject in {SUBJECTS}", name="subject"),
        Index("ix_public_report_region", "region_code", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    subject: Mapped[str]
    #: who or what it is about, as the reporter wrote it
    about: Mapped[str]
    state: Mapped[str]
    case_number: Mapped[str] = mapped_column(server_default="")
    filed_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"public_report:{self.number}"

    @property
    def states(self) -> StateTable:
        return PUBLIC_REPORT_STATES


class PublicReportWords(Base):
    """What one side said, oldest first; append-only. `user_id` is of the office's person, and never shown outside."""

    __tablename__ = "public_report_words"
    __table_args__ = (
        CheckConstraint(f"side in {SIDES}", name="side"),
        CheckConstraint("(side = 'office') = (user_id is not null)", name="person"),
        Index("ix_public_report_words_report", "report_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("public_report.id"))
    side: Mapped[str]
    words: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


def hash_of_code(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(f"public_report/{code}".encode()).hexdigest()


def report_with_code(code: str, *, lock: bool = False) -> PublicReport:
    """The report of this code, as `parse_code` gave it. Raises Refusal("report.code_unknown")."""
    query = select(PublicReport).where(PublicReport.code_hash == hash_of_code(code))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("report.code_unknown")
    return found


def words_of(report_id: int) -> list[PublicReportWords]:
    """What was said, oldest first."""
    query = select(PublicReportWords).where(PublicReportWords.report_id == report_id)
    return list(session().scalars(query.order_by(PublicReportWords.id)))


def visible_reports(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over PublicReport to those of the regions that this actor regulates."""
    if actor.is_system:
        return query
    conditions = [PublicReport.region_code.between(*code_bounds(code)) for code in actor.regions_as("regulator")]
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_report(actor: Actor, number: str, *, lock: bool = False) -> PublicReport:
    """One report; `lock` takes its row. Foreign and missing look the same: Refusal("report.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("report.unknown", number=number[:60].replace("\x00", ""))
    query = visible_reports(actor, select(PublicReport).where(PublicReport.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("report.unknown", number=number)
    return found
