"""Office hours in Shanghai: which days the demo province works, and what time it is after so many minutes of work."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

from mall import clock
from mall.regions.working_days import is_working_day

OPENS, CLOSES = time(9, 0), time(17, 30)
DAY_MINUTES = 510


@cache
def works_on(day: date) -> bool:
    """Whether offices work on this day."""
    return is_working_day(day)


def working_days_between(first: date, last: date) -> list[date]:
    """The working days from `first` to `last`, both included."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if works_on(day)]


def instant(day: date, *, minutes: int) -> datetime:
    """So many minutes after offices open on that day."""
    return datetime.combine(day, OPENS, tzinfo=clock.SHANGHAI) + timedelta(minutes=minutes)


def after_work(start: datetime, *, minutes: int) -> datetime:
    """The instant `minutes` of office hours after `start`."""
    local = clock.local(start)
    day, done = local.date(), 0
    if works_on(day) and local.time() > OPENS:
        opened = datetime.combine(day, OPENS, tzinfo=clock.SHANGHAI)
        done = min(int((local - opened).total_seconds()) // 60, DAY_MINUTES)
    # Seconds are kept, so that not everything happens on the full minute.
    seconds = local.second
    left = minutes + done
    while not works_on(day) or left >= DAY_MINUTES:
        left -= DAY_MINUTES if works_on(day) else 0
        day += timedelta(days=1)
    return instant(day, minutes=left) + timedelta(seconds=seconds)


def before_work(end: datetime, *, minutes: int) -> datetime:
    """The instant from which `minutes` of office hours lead to `end`."""
    local = clock.local(end)
    day = local.date()
    opened = datetime.combine(day, OPENS, tzinfo=clock.SHANGHAI)
    left = max(0, min(int((local - opened).total_seconds()) // 60, DAY_MINUTES)) if works_on(day) else 0
    while left < minutes:
        day -= timedelta(days=1)
        left += DAY_MINUTES if works_on(day) else 0
    return instant(day, minutes=min(left - minutes, DAY_MINUTES - 1))
