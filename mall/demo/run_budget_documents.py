"""A few budget documents of the demo province: one decided, one waiting, one returned, one frozen by two officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, balances, lines_of_unit
from mall import clock
from mall.database import close_reading, session
from mall.demo.load_organisations import ids_by_key
from mall.demo.organisations import DemoProvince
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_actions import perform
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from mall.people.organisation import organisation
from mall.people.user import actor_named

AMOUNT_FEN = 200_000


@dataclass(frozen=True)
class DemoDocument:
    """Who draws up what for which unit, so many hours before the end, and what becomes of it (an action, or "")."""

    unit_key: str
    maker: str
    kind: str
    hours_before: int
    basis: str
    reason: str
    decider: str = ""
    action: str = ""
    words: str = ""


DOCUMENTS = (
    DemoDocument("z-school", "accountant", "transfer", 200, "校务会纪要第9号", "实验室耗材不足，从办公费调剂",
                 decider="budget-city", action="approve", words="同意"),
    DemoDocument("lc-school", "budget2", "freeze", 150, "县财预通知第21号", "待核实上年结余，暂时冻结",
                 decider="budget", action="approve", words="同意，核实后解冻"),
    DemoDocument("lc-school", "accountant2", "supplement", 60, "县教体局会议纪要第5号", "新增两个教学班",
                 decider="budget2", action="return", words="请附会议纪要原件，并说明班级数"),
    DemoDocument("z-school", "accountant", "supplement", 20, "市教育局批复第33号", "毕业年级增补试卷用纸"),
)  # fmt: skip


def run_budget_documents(*, province: DemoProvince, ends_at: datetime) -> int:
    """Live through them before `ends_at`. Run again after a kill, what stands there already is left alone.

    Returns how many were there to live through; a unit with fewer than two lines has none.
    """
    unit_ids = ids_by_key(province)
    count = 0
    for each in DOCUMENTS:
        with clock.frozen(ends_at - timedelta(hours=each.hours_before)):
            count += _live(each, unit_id=unit_ids[each.unit_key])
    close_reading()
    return count


def _live(each: DemoDocument, *, unit_id: int) -> bool:
    close_reading()
    known = select(BudgetDocument).where(BudgetDocument.unit_id == unit_id, BudgetDocument.basis == each.basis)
    document = session().scalar(known) or _drawn_up(each, unit_id=unit_id)
    if document is None:
        return False
    if each.action and document.state == "submitted":
        body = {"reason": each.words} if each.action == "return" else {"note": each.words}
        perform(each.action, actor=actor_named(each.decider), number=document.number, body=body)
    return True


def _drawn_up(each: DemoDocument, *, unit_id: int) -> BudgetDocument | None:
    lines = _lines_with_money(unit_id)
    if len(lines) < 2:
        return None
    amounts = [AmountOnLine(lines[0].id, -AMOUNT_FEN), AmountOnLine(lines[1].id, AMOUNT_FEN)]
    return draw_up_budget_document(
        actor=actor_named(each.maker),
        unit_id=unit_id,
        year=lines[0].year,
        kind=each.kind,
        lines=amounts if each.kind == "transfer" else amounts[1:],
        reason=each.reason,
        basis=each.basis,
        is_submitted=True,
    )


def _lines_with_money(unit_id: int) -> list[BudgetLine]:
    """The first two lines of the unit that have some money left, by code."""
    unit = organisation(unit_id)
    if unit is None:
        return []
    lines = lines_of_unit(session(), region_code=unit.region_code, year=clock.today().year, unit_id=unit_id)
    stand = balances(session(), [line.id for line in lines])
    enough = [line for line in lines if stand[line.id].available_fen > 5 * AMOUNT_FEN]
    return sorted(enough, key=lambda line: line.code)[:2]
