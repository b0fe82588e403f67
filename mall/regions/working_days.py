"""Working days by the State Council's calendar; where a year is not yet announced, Monday to Friday."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import chinese_calendar

from mall import clock


def is_working_day(day: date) -> bool:
    """Whether offices work on this day, make-up Saturdays included."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


def working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`; the day itself does not count."""
    found = day
    while count > 0:
        found += timedelta(days=1)
        if is_working_day(found):
            count -= 1
    return found


def deadline(start: datetime, *, working_days: int) -> datetime:
    """The end of the last working day of a term that starts at `start`."""
    return clock.end_of_day(working_days_after(clock.local(start).date(), working_days))


def deadline_in_days(start: datetime, *, days: int) -> datetime:
    """The end of the last calendar day of a term that starts at `start`."""
    return clock.end_of_day(clock.local(start).date() + timedelta(days=days))
