"""The twelve-month grid of a fund-use plan: rows as they are typed, their sums, and the lines they stand for.

A row is one purpose on one budget line. A plan's row says what each month gets; a change's row what each month shall
have left; a withdrawal's row what each month gives up. Nothing typed is lost, whatever is wrong with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from ledger.budget_lines import BudgetLine
from ledger.cash_plan import PlanBalance
from mall.errors import Refusal
from mall.ordering.money_forms import fen_of, whole_number_of, yuan_of
from mall.plans.check_fund_use_plan import PlannedMonth, spread, unknown_categories
from mall.plans.fund_use_plan import FundUsePlan

Form = Mapping[str, str]
MONTHS = tuple(range(1, 13))
ROWS_MAX = 200


@dataclass
class PlanRow:
    """One row of the grid, as typed. `total` is what "spread evenly" spreads."""

    line_id: int
    purpose: str = ""
    category_code: str = ""
    total: str = ""
    months: dict[int, str] = field(default_factory=dict)

    @property
    def amounts(self) -> dict[int, int]:
        """{month: fen} of what can be read as an amount."""
        read = {month: fen_of(text) for month, text in self.months.items() if text.strip()}
        return {month: amount_fen for month, amount_fen in read.items() if amount_fen is not None}

    @property
    def sum_fen(self) -> int:
        return sum(self.amounts.values())


@dataclass(frozen=True)
class GridSums:
    """What stands below the grid and beside each budget line, in fen."""

    by_line: dict[int, int]
    by_month: dict[int, int]

    @property
    def total_fen(self) -> int:
        return sum(self.by_month.values())


def field_of(kind: str, number: int, month: int | None = None) -> str:
    """The name of a field of row `number`."""
    return f"{kind}_{number}" if month is None else f"{kind}_{number}_{month}"


def rows_of_form(form: Form, *, known: Mapping[int, BudgetLine]) -> list[PlanRow]:
    """The rows that were sent; those of lines that are not the unit's are left out."""
    count = min(whole_number_of(form.get("rows", "")) or 0, ROWS_MAX)
    rows = [
        PlanRow(
            line_id=_line_id(form.get(field_of("line", number), "")),
            purpose=form.get(field_of("purpose", number), ""),
            category_code=form.get(field_of("category", number), ""),
            total=form.get(field_of("total", number), ""),
            months={month: form.get(field_of("month", number, month), "") for month in MONTHS},
        )
        for number in range(count)
    ]
    return [row for row in rows if row.line_id in known]


def rows_to_begin(kind: str, *, lines: Sequence[BudgetLine], stand: Mapping[int, PlanBalance]) -> list[PlanRow]:
    """The rows of an empty form: the lines of which something can be planned, moved or given up."""
    if kind == "plan":
        return [PlanRow(line.id) for line in lines if stand[line.id].unplanned_fen > 0][:ROWS_MAX]
    shown = [line for line in lines if stand[line.id].months][:ROWS_MAX]
    if kind == "withdrawal":
        return [PlanRow(line.id) for line in shown]
    return [PlanRow(line.id, months=_texts(stand[line.id].months)) for line in shown]


def rows_of_plan(plan: FundUsePlan, *, lines: Sequence[BudgetLine], stand: Mapping[int, PlanBalance]) -> list[PlanRow]:
    """The rows of a plan that is being changed, and below them the lines that it does not touch."""
    amounts: dict[tuple[int, str, str], dict[int, int]] = defaultdict(dict)
    for line in plan.lines:
        amounts[line.budget_line_id, line.purpose, line.category_code][line.month] = line.amount_fen
    rows = []
    for (line_id, purpose, category_code), months in amounts.items():
        if plan.kind == "change":
            have = stand[line_id].months
            months = {month: have.get(month, 0) + months.get(month, 0) for month in {*have, *months}}
        rows.append(PlanRow(line_id, purpose, category_code, months=_texts(months)))
    touched = {row.line_id for row in rows}
    rest = rows_to_begin(plan.kind, lines=lines, stand=stand)
    return [*rows, *(row for row in rest if row.line_id not in touched)][:ROWS_MAX]


def with_row_for(rows: Sequence[PlanRow], line_id: int) -> list[PlanRow]:
    """The rows with one more for the line, behind its last: another purpose."""
    places = [place for place, row in enumerate(rows) if row.line_id == line_id]
    if not places or len(rows) >= ROWS_MAX:
        return list(rows)
    return [*rows[: places[-1] + 1], PlanRow(line_id), *rows[places[-1] + 1 :]]


def spread_row(
    rows: Sequence[PlanRow], number: int, *, first_month: int, stand: Mapping[int, PlanBalance]
) -> list[PlanRow]:
    """The rows, of which one has its total spread evenly over the months that are left of the year.

    Without a total: what the line has unplanned, less what its other rows plan. A change spreads what it has.
    """
    if not 0 <= number < len(rows):
        return list(rows)
    row = rows[number]
    others_fen = sum(other.sum_fen for other in rows if other is not row and other.line_id == row.line_id)
    amount_fen = fen_of(row.total) if row.total.strip() else stand[row.line_id].unplanned_fen - others_fen
    if amount_fen is not None:
        row.months = _texts(spread(amount_fen, range(first_month, 13)))
    return list(rows)


def sums_of(rows: Sequence[PlanRow]) -> GridSums:
    by_line: dict[int, int] = defaultdict(int)
    by_month: dict[int, int] = defaultdict(int)
    for row in rows:
        for month, amount_fen in row.amounts.items():
            by_line[row.line_id] += amount_fen
            by_month[month] += amount_fen
    return GridSums(by_line=dict(by_line), by_month=dict(by_month))


def lines_of_rows(
    rows: Sequence[PlanRow],
    *,
    kind: str,
    known: Mapping[int, BudgetLine],
    stand: Mapping[int, PlanBalance],
) -> list[PlannedMonth]:
    """The lines that the rows stand for. Raises Refusal("request.invalid") naming every faulty field."""
    errors: list[dict[str, str]] = []
    unknown = unknown_categories({row.category_code.strip().upper() for row in rows if row.sum_fen})
    lines = []
    for number, row in enumerate(rows):
        name = known[row.line_id].name
        amounts = _amounts(row, number, name=name, errors=errors)
        if kind == "change":
            have = stand[row.line_id].months
            amounts = {month: amounts.get(month, 0) - have.get(month, 0) for month in MONTHS}
        wanted = {month: amount_fen for month, amount_fen in amounts.items() if amount_fen}
        if not wanted:
            continue
        if kind == "plan" and len(row.purpose.strip()) < 2:
            errors.append({"field": field_of("purpose", number), "message": _("请写“%(line)s”的用途。", line=name)})
        if row.category_code.strip().upper() in unknown:
            message = _("采购目录里没有品目“%(code)s”；不知道的留空。", code=row.category_code.strip()[:20])
            errors.append({"field": field_of("category", number), "message": message})
        lines += [
            PlannedMonth(row.line_id, month, amount_fen, row.purpose.strip(), row.category_code.strip().upper())
            for month, amount_fen in wanted.items()
        ]
    if errors:
        raise Refusal("request.invalid", errors=errors)
    return lines


def body_of(lines: Sequence[PlannedMonth], *, reason: str, is_submitted: bool) -> dict[str, Any]:
    """The body of an edit."""
    rows = [
        {
            "budget_line_id": line.budget_line_id,
            "month": line.month,
            "amount_fen": line.amount_fen,
            "purpose": line.purpose,
            "category_code": line.category_code,
        }
        for line in lines
    ]
    return {"lines": rows, "reason": reason, "is_submitted": is_submitted}


def _amounts(row: PlanRow, number: int, *, name: str, errors: list[dict[str, str]]) -> dict[int, int]:
    found = {}
    for month, text in row.months.items():
        if not text.strip():
            continue
        amount_fen = fen_of(text)
        if amount_fen is None:
            message = _("“%(line)s”%(month)s月的金额请填写为元，例如 1280.00。", line=name, month=month)
            errors.append({"field": field_of("month", number, month), "message": message})
        else:
            found[month] = amount_fen
    return found


def _texts(months: Mapping[int, int]) -> dict[int, str]:
    return {month: yuan_of(amount_fen) if amount_fen else "" for month, amount_fen in months.items()}


def _line_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
