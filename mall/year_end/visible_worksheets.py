"""Which year-end worksheets a person may see: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, or_, select

from mall.access.actor import UNIT_ROLES, Actor
from mall.database import session
from mall.errors import Refusal
from mall.regions.region import code_bounds
from mall.year_end.worksheet import YearEndWorksheet, load_rows


def visible_to(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over YearEndWorksheet: a unit's own, and for finance those of its regions that were handed in."""
    if actor.is_system:
        return query
    conditions = []
    units = actor.organisations_as(*UNIT_ROLES)
    if units:
        conditions.append(YearEndWorksheet.unit_id.in_(units))
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        conditions.append(
            YearEndWorksheet.region_code.between(*code_bounds(region_code)) & YearEndWorksheet.submitted_at.is_not(None)
        )
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_worksheet(actor: Actor, number: str, *, lock: bool = False) -> YearEndWorksheet:
    """One worksheet with its rows; `lock` takes its row. Foreign and missing look the same:
    Refusal("worksheet.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("worksheet.unknown", number=number[:60].replace("\x00", ""))
    query = visible_to(actor, select(YearEndWorksheet).where(YearEndWorksheet.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    worksheet = session().scalar(query)
    if worksheet is None:
        raise Refusal("worksheet.unknown", number=number)
    load_rows([worksheet])
    return worksheet
