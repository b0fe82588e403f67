"""The months of a budget year: which are open for postings, and how one is closed for good."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.errors import translated

MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Period:
    """One month of a region's budget year; `state` is "open" or "closed"."""

    region_code: int
    year: int
    month: int
    state: str
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    closed_by: str | None


def open_period(
    session: Session | Connection, *, region_code: int, year: int, month: int, opened_at: datetime, actor: str
) -> None:
    """Let a month take postings; opening it twice changes nothing. Raises LedgerRefusal ledger.period_closed when it
    has been closed: a correction is posted into an open month."""
    _call(session, _OPEN, region=region_code, year=year, month=month, at=opened_at, actor=actor)


def open_year(session: Session | Connection, *, region_code: int, year: int, opened_at: datetime, actor: str) -> None:
    """Open every month of the year."""
    for month in MONTHS:
        open_period(session, region_code=region_code, year=year, month=month, opened_at=opened_at, actor=actor)


def close_period(
    session: Session | Connection, *, region_code: int, year: int, month: int, closed_at: datetime, actor: str
) -> None:
    """Close a month: waits for the postings under way, later ones are refused. Raises LedgerRefusal
    ledger.period_closed unless the month was open."""
    _call(session, _CLOSE, region=region_code, year=year, month=month, at=closed_at, actor=actor)


def periods(session: Session | Connection, *, region_code: int, year: int) -> list[Period]:
    """The months of the year that were ever opened, in order."""
    return [Period(**row) for row in session.execute(_PERIODS, {"region": region_code, "year": year}).mappings()]


def open_months(session: Session | Connection, *, region_code: int, year: int) -> list[int]:
    """The months of the year that take postings."""
    return [period.month for period in periods(session, region_code=region_code, year=year) if period.state == "open"]


_OPEN = text("select ledger.open_period(:region, :year, :month, :at, :actor)")
_CLOSE = text("select ledger.close_period(:region, :year, :month, :at, :actor)")
_PERIODS = text(
    "select region as region_code, year, month, state, opened_at, opened_by, closed_at, closed_by"
    " from ledger.period where region = :region and year = :year order by month"
)


def _call(session: Session | Connection, statement, **facts) -> None:
    try:
        session.execute(statement, facts)
    except DBAPIError as error:
        raise translated(error) from error
