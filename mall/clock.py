"""The one clock of the house: UTC instants for the database, Shanghai dates for people."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_moved_to: contextvars.ContextVar[datetime | None] = contextvars.ContextVar("clock_moved_to", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    moved = _moved_to.get()
    return moved if moved is not None else datetime.now(UTC)


def today() -> date:
    """Today's date in Asia/Shanghai: the date that laws and budgets mean."""
    return local(now()).date()


def local(instant: datetime) -> datetime:
    """The same instant on a Shanghai wall clock."""
    return instant.astimezone(SHANGHAI)


def end_of_day(day: date) -> datetime:
    """The last second of a Shanghai day, as a UTC instant; deadlines expire then."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI).astimezone(UTC)


@contextlib.contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Let the clock stand at `at` (aware): the demo's moving clock and the tests use it."""
    if at.tzinfo is None:
        raise ValueError("the clock needs an aware instant")
    token = _moved_to.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _moved_to.reset(token)


def advance_frozen(by: timedelta) -> None:
    """Move a frozen clock forward; refuses to move the real one."""
    moved = _moved_to.get()
    if moved is None:
        raise RuntimeError("only a frozen clock can be moved")
    _moved_to.set(moved + by)
