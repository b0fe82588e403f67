"""A school at the end of its year: orders in every open standing, and the people who clear them away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest

from ledger import budget_lines
from ledger.budget_lines import LineBalance, balances
from ledger.cash_plan import plan_balances
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.finance.budget_line_carry import successors_of
from mall.year_end.draw_up_worksheet import draw_up_worksheet
from mall.year_end.visible_worksheets import visible_worksheet
from mall.year_end.worksheet import YearEndWorksheet
from mall.year_end.worksheet_actions import perform
from tests.journeys.story import Story
from tests.world import SCHOOL_REGION, World

#: the road of a worksheet after it has been handed in
ROAD = (("finance", "sign"), ("budget-city", "approve"))


@contextmanager
def on(year: int, month: int, day: int) -> Iterator[None]:
    """Ten in the morning of this day in Shanghai."""
    with clock.frozen(datetime(year, month, day, 10, tzinfo=clock.SHANGHAI)):
        yield


def drawn_up(world: World, year: int, *, who: str = "accountant", is_submitted: bool = True) -> YearEndWorksheet:
    unit_id = world.county_id if who.endswith("2") else world.school_id
    return draw_up_worksheet(actor=world.actor(who), unit_id=unit_id, year=year, is_submitted=is_submitted)


def act(world: World, who: str, action: str, number: str, **body: Any) -> YearEndWorksheet:
    return perform(action, actor=world.actor(who), number=number, body=body)


def refusal_of(world: World, who: str, action: str, number: str, **body: Any) -> Refusal:
    with pytest.raises(Refusal) as raised:
        act(world, who, action, number, **body)
    return raised.value


def approved(world: World, year: int) -> YearEndWorksheet:
    """A worksheet as proposed, signed and approved today."""
    worksheet = drawn_up(world, year)
    for who, action in ROAD:
        worksheet = act(world, who, action, worksheet.number)
    return worksheet


def rows_of(worksheet: YearEndWorksheet) -> dict[tuple[str, str], tuple[int, str]]:
    """{(order or line's code, standing): (fen, treatment)} of a worksheet, without plan money."""
    lines = budget_lines.find_lines(session(), {row.budget_line_id for row in worksheet.rows})
    return {
        (row.order_number or lines[row.budget_line_id].code.rpartition("-")[2], row.standing): (
            row.amount_fen,
            row.treatment,
        )
        for row in worksheet.rows
        if row.standing != "planned"
    }


def read_again(world: World, number: str, *, who: str = "accountant") -> YearEndWorksheet:
    try:
        return visible_worksheet(world.actor(who), number)
    finally:
        close_reading()


def stand(line_id: int) -> LineBalance:
    """Where a line's money stands now."""
    try:
        return balances(session(), [line_id])[line_id]
    finally:
        close_reading()


def next_line(line_id: int) -> int:
    """The next year's line that continues this one."""
    try:
        return successors_of([line_id])[line_id]
    finally:
        close_reading()


@atomic
def line_with_money(world: World, *, code: str, fund_source: str, amount_fen: int) -> int:
    """One more line of the school this year, planned for January."""
    year = clock.today().year
    line_id = budget_lines.create_line(
        session(), region_code=SCHOOL_REGION, year=year, unit_id=world.school_id,
        code=f"{world.school_id}-{year}-{code}", name=fund_source, created_at=clock.now(),
        economic_code="30201", economic_name="办公费",
        function_code="205", function_name="教育支出", fund_source=fund_source,
    )  # fmt: skip
    facts = {"source_type": "budget", "source_id": code, "posted_at": clock.now(), "actor": "test"}
    day = {"effective_on": date(year, 1, 2)}
    budget_lines.appropriate(session(), line_id, amount_fen=amount_fen, **facts, **day)
    budget_lines.plan_line(session(), line_id, months={1: amount_fen}, **facts, **day)
    record(actor=SYSTEM, action="test.line", subject=f"line:{line_id}")
    return line_id


@atomic
def plan_for_now(line_id: int) -> None:
    """The finance department has approved a fund-use plan for all that is not planned, for this month."""
    unplanned_fen = plan_balances(session(), [line_id])[line_id].unplanned_fen
    budget_lines.plan_line(
        session(), line_id, months={clock.today().month: unplanned_fen}, source_type="test",
        source_id=f"plan-{line_id}", effective_on=clock.today(), posted_at=clock.now(), actor="test",
    )  # fmt: skip
    record(actor=SYSTEM, action="test.plan", subject=f"line:{line_id}")


def orders_in_every_standing(story: Story) -> dict[str, str]:
    """{standing: number} of one order each, all of the school's office or machine line."""
    found = {}
    for standing, goods, quantity, line, until in (
        ("paid", "printer", 1, "school_machines", "approve_payment"),
        ("reserved", "paper", 10, "school_office", ""),
        ("committed", "paper", 20, "school_office", "sign"),
        ("accrued", "printer", 1, "school_machines", "accept"),
        ("in_payment", "paper", 30, "school_office", "approve_payment"),
        ("lapsing", "paper", 5, "school_office", "approve"),
    ):
        number = story.place(story.wanted(goods, quantity, line))
        if until:
            story.walk(number, until=until)
        if standing == "paid":
            story.pay(number)
        found[standing] = number
    return found
