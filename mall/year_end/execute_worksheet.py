"""Executing an approved worksheet: both years' books are posted and the carried orders move, or nothing happens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from ledger import fiscal_year
from ledger.cash_plan import months_as_text
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.database import session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument
from mall.ordering.order import Order, load_lines
from mall.year_end.carry_lines import continue_lines
from mall.year_end.carry_orders import move_orders
from mall.year_end.commitments import plan_cuts
from mall.year_end.compare_books import differences
from mall.year_end.decide_worksheet import require_unchanged
from mall.year_end.worksheet import YearEndWorksheet
from mall.year_end.worksheet_action import worksheet_action
from mall.year_end.worksheet_books import CARRIED_STANDINGS


@worksheet_action("execute")
def execute_worksheet(worksheet: YearEndWorksheet, *, actor: Actor) -> None:
    """Post it: what lapses lapses on 31 December, what is carried leaves that day and enters the new year today.

    Every order is looked at again under its lock. Raises Refusal "worksheet.not_over", "worksheet.december_closed",
    "worksheet.documents_open", "worksheet.books_changed" (it must be proposed, signed and approved again),
    "worksheet.not_settled", and those of the ledger.
    """
    step = worksheet.states.step("execute", worksheet.state)
    authorize(actor, step.permission, worksheet)
    _require_over(worksheet)
    orders = _locked_orders(worksheet)
    _require_no_open_documents(worksheet)
    require_unchanged(worksheet)
    _require_settled(worksheet)
    moving = {row.document for row in worksheet.rows if row.treatment == "carry" and row.standing in CARRIED_STANDINGS}
    carried = {row.budget_line_id for row in worksheet.rows if row.treatment == "carry"}
    for order in orders:
        if order.reference in moving:
            carried |= {line.budget_line_id for line in order.lines}
    successors = continue_lines(carried, worksheet=worksheet, actor=actor)
    planned = {event: months_as_text(plan) for event, plan in plan_cuts(worksheet).items()}
    move_orders(orders, moving=moving, successors=successors, worksheet=worksheet, actor=actor)
    worksheet.executed_at = clock.now()
    facts = {"successors": {str(old): new for old, new in sorted(successors.items())}, "planned": planned}
    advance(worksheet, "execute", actor, facts=facts)


def blockers_of(worksheets: Iterable[YearEndWorksheet]) -> dict[int, int]:
    """{worksheet id: how many things stand in the way of its execution} for those that have any."""
    counts = {worksheet.id: len(differences(worksheet)) for worksheet in worksheets}
    return {worksheet_id: count for worksheet_id, count in counts.items() if count}


def is_december_open(*, region_code: int, year: int) -> bool:
    """Whether the year's last month still takes postings."""
    return 12 in fiscal_year.open_months(session(), region_code=region_code, year=year)


def open_documents_of(worksheet: YearEndWorksheet) -> list[str]:
    """Numbers of the budget documents of the year that touch the unit and wait for their decision."""
    query = select(BudgetDocument.number).where(
        BudgetDocument.unit_ids.contains([worksheet.unit_id]),
        BudgetDocument.year == worksheet.year,
        BudgetDocument.state.in_(("submitted", "returned")),
    )
    return list(session().scalars(query.order_by(BudgetDocument.id)))


def _require_over(worksheet: YearEndWorksheet) -> None:
    if clock.today() <= date(worksheet.year, 12, 31):
        raise Refusal("worksheet.not_over", number=worksheet.number, year=worksheet.year)
    if not is_december_open(region_code=worksheet.region_code, year=worksheet.year):
        raise Refusal("worksheet.december_closed", number=worksheet.number, year=worksheet.year)


def _require_no_open_documents(worksheet: YearEndWorksheet) -> None:
    waiting = open_documents_of(worksheet)
    if waiting:
        raise Refusal("worksheet.documents_open", number=worksheet.number, document=waiting[0], count=len(waiting))


def _require_settled(worksheet: YearEndWorksheet) -> None:
    waiting = differences(worksheet)
    if waiting:
        raise Refusal(
            "worksheet.not_settled",
            number=worksheet.number,
            count=len(waiting),
            first=waiting[0].order_number,
            now_fen=waiting[0].now_fen,
        )


def _locked_orders(worksheet: YearEndWorksheet) -> list[Order]:
    """Every order on the worksheet, locked, lowest id first, with its lines."""
    numbers = {row.order_number for row in worksheet.rows if row.document.startswith("order:")}
    query = select(Order).where(Order.number.in_(numbers)).order_by(Order.id).with_for_update()
    orders = list(session().scalars(query.execution_options(populate_existing=True)))
    load_lines(orders)
    return orders
