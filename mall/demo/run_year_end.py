"""The year end of two demo units: last year's worksheets executed, or this year's drawn up when its season has come."""

from __future__ import annotations

from datetime import datetime

from ledger.budget_lines import lines_of_unit
from mall import clock
from mall.database import close_reading, session
from mall.demo.load_organisations import ids_by_key
from mall.demo.organisations import DemoProvince
from mall.errors import Refusal
from mall.people.organisation import organisation
from mall.people.user import actor_named
from mall.year_end.draw_up_worksheet import draw_up_worksheet, opens_on
from mall.year_end.overview import latest_worksheets
from mall.year_end.worksheet_actions import perform

#: unit -> the people of its road: accountant, finance person, budget officer
UNITS = {
    "z-school": ("accountant", "finance", "budget-city"),
    "lc-school": ("accountant2", "finance2", "budget2"),
}


def run_year_end(*, province: DemoProvince, ends_at: datetime) -> int:
    """Live through it at `ends_at`; how many worksheets there are. Run again after a kill, none is drawn up twice."""
    unit_ids = ids_by_key(province)
    with clock.frozen(ends_at):
        this_year = clock.today().year
        found = sum(_executed(unit_ids[key], people, year=this_year - 1) for key, people in UNITS.items())
        return found + _drawn_up(unit_ids["z-school"], UNITS["z-school"][0], year=this_year)


def _executed(unit_id: int, people: tuple[str, str, str], *, year: int) -> bool:
    """Last year's worksheet all the way, for a unit whose demo reaches back into last year."""
    if not _has_lines(unit_id, year=year):
        return False
    accountant, finance, officer = people
    known = latest_worksheets(actor_named(accountant), year=year).get(unit_id)
    worksheet = known or draw_up_worksheet(actor=actor_named(accountant), unit_id=unit_id, year=year, is_submitted=True)
    steps = (("submitted", finance, "sign"), ("signed", officer, "approve"), ("approved", officer, "execute"))
    try:
        for state, who, action in steps:
            if worksheet.state == state:
                worksheet = perform(action, actor=actor_named(who), number=worksheet.number)
    except Refusal:
        # A payment of last year without its answer: the worksheet waits for it, as it would anywhere.
        pass
    close_reading()
    return True


def _drawn_up(unit_id: int, accountant: str, *, year: int) -> bool:
    """This year's as a draft, from the day on which the region's rule lets it be drawn up."""
    unit = organisation(unit_id)
    close_reading()
    if unit is None or clock.today() < opens_on(region_code=unit.region_code, year=year):
        return False
    if unit_id not in latest_worksheets(actor_named(accountant), year=year):
        draw_up_worksheet(actor=actor_named(accountant), unit_id=unit_id, year=year)
    close_reading()
    return True


def _has_lines(unit_id: int, *, year: int) -> bool:
    unit = organisation(unit_id)
    try:
        return unit is not None and bool(
            lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit_id)
        )
    finally:
        close_reading()
