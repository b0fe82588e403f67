"""The next year's lines: one of the same classification continues each carried line, entered where there is none."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from ledger import fiscal_year
from ledger.budget_lines import BudgetLine, create_line, find_line_by_code, find_lines
from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.finance.budget_line_carry import BudgetLineCarry, successors_of
from mall.year_end.worksheet import YearEndWorksheet

#: appended to a code that another line of the next year carries already: 结转
CARRIED_MARK = "-JZ"
_SAME = (
    "unit_id", "function_code", "economic_code", "project", "fund_source", "is_procurement", "category_scope",
)  # fmt: skip
_QUEUE = text("select pg_advisory_xact_lock(hashtext('budget_line_carry'), :region)")


def continue_lines(line_ids: Iterable[int], *, worksheet: YearEndWorksheet, actor: Actor) -> dict[int, int]:
    """{line: line of the next year that continues it}, inside the caller's transaction.

    A year of the region that was never opened is opened. Raises the ledger's refusals.
    """
    asked = sorted(set(line_ids))
    known = successors_of(asked)
    missing = [line_id for line_id in asked if line_id not in known]
    if not missing:
        return known
    # Two units of a region enter lines one after the other, so that no code is taken twice.
    session().execute(_QUEUE, {"region": worksheet.region_code})
    _open_next_year(worksheet, actor=actor)
    lines = find_lines(session(), missing)
    for line_id in missing:
        there = _twin(lines[line_id])
        to_line_id = there.id if there is not None else _enter(lines[line_id], worksheet=worksheet)
        known[line_id] = to_line_id
        session().add(
            BudgetLineCarry(
                from_line_id=line_id,
                to_line_id=to_line_id,
                from_year=worksheet.year,
                worksheet_id=worksheet.id,
                is_new=there is None,
                at=clock.now(),
            )
        )
    session().flush()
    return known


def _open_next_year(worksheet: YearEndWorksheet, *, actor: Actor) -> None:
    place = {"region_code": worksheet.region_code, "year": worksheet.year + 1}
    if not fiscal_year.periods(session(), **place):
        fiscal_year.open_year(session(), **place, opened_at=clock.now(), actor=actor.username or actor.name)


def _twin(line: BudgetLine) -> BudgetLine | None:
    """The next year's line of the same code that may be spent on the very same things."""
    place = {"region_code": line.region_code, "year": line.year + 1}
    for code in _codes(line):
        found = find_line_by_code(session(), **place, code=code)
        if found is not None and all(getattr(found, name) == getattr(line, name) for name in _SAME):
            return found
    return None


def _codes(line: BudgetLine) -> tuple[str, str]:
    return line.code, f"{line.code}{CARRIED_MARK}"


def _enter(line: BudgetLine, *, worksheet: YearEndWorksheet) -> int:
    place = {"region_code": line.region_code, "year": line.year + 1}
    code = next((one for one in _codes(line) if find_line_by_code(session(), **place, code=one) is None), None)
    return create_line(
        session(),
        **place,
        unit_id=line.unit_id,
        # Both taken by lines of another kind: the old line's id makes it one of its own.
        code=code or f"{line.code}{CARRIED_MARK}-{line.id}",
        name=line.name,
        created_at=clock.now(),
        function_code=line.function_code,
        function_name=line.function_name,
        economic_code=line.economic_code,
        economic_name=line.economic_name,
        project=line.project,
        fund_source=line.fund_source,
        is_procurement=line.is_procurement,
        category_scope=line.category_scope,
        note=f"{line.year} 年结转，{worksheet.number}",
    )
