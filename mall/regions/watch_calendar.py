"""The calendar as rows, for whoever counts working days in SQL."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, atomic, session
from mall.regions.working_days import is_working_day

EPOCH = date(1970, 1, 1)
FIRST_YEAR = 2020


class CalendarDay(Base):
    """One day. `day`: days since 1970-01-01; differences of `working_number` are working days."""

    __tablename__ = "watch_calendar"

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_working: Mapped[bool]
    working_number: Mapped[int]


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of_number(number: int) -> date:
    return EPOCH + timedelta(days=number)


@atomic(housekeeping="the calendar as rows, from what the State Council announced")
def write_calendar(*, until: date) -> int:
    """Write every day from 2020 to the end of `until`'s year, and mend those that were announced later.

    Returns how many days were written or changed.
    """
    first, last = date(FIRST_YEAR, 1, 1), date(until.year, 12, 31)
    rows, working = [], 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        is_working = is_working_day(day)
        working += is_working
        rows.append({"day": day_number(day), "is_working": is_working, "working_number": working})
    known = {row.day: row for row in session().scalars(select(CalendarDay))}
    changed = [
        row
        for row in rows
        if row["day"] not in known
        or (known[row["day"]].is_working, known[row["day"]].working_number)
        != (row["is_working"], row["working_number"])
    ]
    if changed:
        statement = insert(CalendarDay)
        excluded = statement.excluded
        session().execute(
            statement.on_conflict_do_update(
                index_elements=[CalendarDay.day],
                set_={"is_working": excluded.is_working, "working_number": excluded.working_number},
            ),
            changed,
        )
    return len(changed)


def last_calendar_day() -> int:
    """The last day that is written; 0 before the first."""
    return session().scalar(select(func.max(CalendarDay.day))) or 0
