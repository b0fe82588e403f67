"""Reading the audit: by person, action, subject, result and time, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, or_, select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.audit_record import AuditRecord
from mall.database import session

PAGE_SIZE = 100
EXPORT_MAX = 50_000
RESULTS = ("done", "refused", "failed")


@dataclass(frozen=True)
class AuditFilter:
    """What to look for; empty fields match everything. Days are Shanghai days, both included."""

    person: str = ""
    action: str = ""
    subject: str = ""
    result: str = ""
    from_day: date | None = None
    to_day: date | None = None
    #: records before this id: the cursor of the page
    before: int | None = None


@dataclass(frozen=True)
class AuditPage:
    """Records, newest first, and the cursor of the next page (None: no more)."""

    records: list[AuditRecord]
    next_before: int | None


def list_audit(*, actor: Actor, wanted: AuditFilter) -> AuditPage:
    """One page of the audit."""
    authorize(actor, "audit.read")
    found = list(session().scalars(_matching(wanted).limit(PAGE_SIZE + 1)))
    more = len(found) > PAGE_SIZE
    return AuditPage(records=found[:PAGE_SIZE], next_before=found[PAGE_SIZE - 1].id if more else None)


def all_audit(*, actor: Actor, wanted: AuditFilter) -> Iterator[AuditRecord]:
    """Up to EXPORT_MAX records, for the export."""
    authorize(actor, "audit.read")
    yield from session().scalars(_matching(wanted).limit(EXPORT_MAX).execution_options(yield_per=1000))


def _matching(wanted: AuditFilter) -> Select[tuple[AuditRecord]]:
    query = select(AuditRecord).order_by(AuditRecord.id.desc())
    if wanted.person:
        names = AuditRecord.actor_name.contains(wanted.person, autoescape=True)
        is_id = wanted.person.isascii() and wanted.person.isdigit() and len(wanted.person) < 18
        query = query.where(or_(names, AuditRecord.user_id == int(wanted.person)) if is_id else names)
    if wanted.action:
        query = query.where(AuditRecord.action.startswith(wanted.action, autoescape=True))
    if wanted.subject:
        query = query.where(AuditRecord.subject.contains(wanted.subject, autoescape=True))
    if wanted.result in RESULTS:
        query = query.where(AuditRecord.result == wanted.result)
    if wanted.from_day:
        query = query.where(AuditRecord.at >= _begin_of(wanted.from_day))
    if wanted.to_day:
        query = query.where(AuditRecord.at < _begin_of(wanted.to_day) + timedelta(days=1))
    if wanted.before is not None:
        query = query.where(AuditRecord.id < wanted.before)
    return query


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clock.SHANGHAI).astimezone(UTC)
