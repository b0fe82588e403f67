"""The workbook of a fund-use plan: a template filled with the unit's lines, and what a filled one would plan."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import xlsxwriter

from ledger.budget_lines import BudgetLine, lines_of_unit
from ledger.cash_plan import PlanBalance, plan_balances
from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.finance.budget_file_columns import BudgetColumn
from mall.finance.read_budget_file import BudgetFileRow, read_budget_file
from mall.ordering.money_forms import fen_of
from mall.people.organisation import Organisation
from mall.plans.check_fund_use_plan import (
    CATEGORY_MAX,
    PURPOSE_MAX,
    PlannedMonth,
    first_month,
    unknown_categories,
)
from mall.plans.draw_up_fund_use_plan import unit_for
from mall.plans.judge_plan_lines import Judgement, judge_lines

MONTHS = tuple(range(1, 13))
YEARS_AHEAD = 1
#: what a spreadsheet would take for a formula when the line is exported one day
_FORMULA = ("=", "+", "-", "@")

COLUMNS: tuple[BudgetColumn, ...] = (
    BudgetColumn("code", "指标编号", ("编号", "line code"), True, "", "模板里已经填好，不改"),
    BudgetColumn("name", "指标名称", ("名称", "line name"), False, "", "只供核对"),
    BudgetColumn("unplanned", "还没有计划（元）", ("unplanned",), False, "", "只供核对：各月合计不能超过它"),
    BudgetColumn("purpose", "用途", ("purpose",), True, "购买试卷用纸", "同一指标有几种用途的，复制成几行"),
    BudgetColumn("category_code", "品目", ("采购品目", "category"), False, "A05040101", "官方品目编码，不知道的留空"),
    *(
        BudgetColumn(f"month_{month}", f"{month}月（元）", (f"{month}月", f"month {month}"), False, "", "")
        for month in MONTHS
    ),
)  # fmt: skip


@dataclass(frozen=True)
class PlanFault:
    """Why a row cannot be: a code whose sentence stands in `plan_file_words`, and its facts."""

    code: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class JudgedPlanRow:
    """One row and what it would plan, in fen. `held`: the months that would be held, with their judgement."""

    row_number: int
    code: str
    name: str
    purpose: str
    category_code: str
    line_id: int | None
    months: Mapping[int, int]
    faults: tuple[PlanFault, ...] = ()
    held: tuple[Judgement, ...] = ()

    @property
    def sum_fen(self) -> int:
        return sum(self.months.values())


@dataclass(frozen=True)
class LineDifference:
    """What the file does to one budget line's plan, in fen."""

    line: BudgetLine
    planned_before_fen: int
    planned_after_fen: int
    unplanned_after_fen: int


@dataclass(frozen=True)
class JudgedPlanFile:
    """The difference between a workbook and the plans that are approved."""

    unit: Organisation
    year: int
    rows: tuple[JudgedPlanRow, ...]
    differences: tuple[LineDifference, ...]

    @property
    def faulty(self) -> int:
        return sum(1 for row in self.rows if row.faults)

    @property
    def held(self) -> int:
        return sum(1 for row in self.rows if row.held)

    @property
    def lines(self) -> list[PlannedMonth]:
        """What the plan of this file consists of."""
        return [
            line
            for row in self.rows
            if row.line_id is not None
            for line in _lines_of(row.line_id, row.months, purpose=row.purpose, category_code=row.category_code)
        ]


def plan_template(*, actor: Actor, unit_id: int, year: int) -> tuple[Organisation, bytes]:
    """(unit, workbook) with every line that has something to plan. Raises Refusal("budget.unknown_unit")."""
    unit = unit_for(actor, unit_id)
    lines = lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit.id)
    stand = plan_balances(session(), [line.id for line in lines])
    return unit, _workbook([line for line in lines if stand[line.id].unplanned_fen > 0], stand)


def look_at_plan_file(*, actor: Actor, content: bytes, unit_id: int, year: int) -> JudgedPlanFile:
    """The dry run. Raises Refusal "budget.unknown_unit", "workbook.year" and those of `read_budget_file`."""
    unit = unit_for(actor, unit_id)
    this_year = clock.today().year
    if not this_year <= year <= this_year + YEARS_AHEAD:
        raise Refusal("workbook.year", year=year, earliest=this_year, latest=this_year + YEARS_AHEAD)
    rows = [row for row in read_budget_file(content, columns=COLUMNS) if _is_filled(row)]
    if not rows:
        raise Refusal("workbook.empty")
    known = {
        line.code: line for line in lines_of_unit(session(), region_code=unit.region_code, year=year, unit_id=unit.id)
    }
    stand = plan_balances(session(), [line.id for line in known.values()])
    unknown = unknown_categories({_category(row) for row in rows})
    first = first_month(year, on=clock.today())
    judged = [_judged(row, known=known, unknown=unknown, first=first) for row in rows]
    judged = _with_sums(judged, known=known, stand=stand)
    if not any(row.faults for row in judged):
        judged = _with_held(judged, known=known, unit=unit)
    return JudgedPlanFile(
        unit=unit, year=year, rows=tuple(judged), differences=_differences(judged, known=known, stand=stand)
    )


def _is_filled(row: BudgetFileRow) -> bool:
    """Whether a row plans something: the template's other lines are left alone."""
    return any(row.cells.get(f"month_{month}", "") not in ("", "0", "0.00") for month in MONTHS)


def _judged(row: BudgetFileRow, *, known: Mapping[str, BudgetLine], unknown: set[str], first: int) -> JudgedPlanRow:
    faults = [PlanFault("row_too_wide", {})] if row.is_too_wide else []
    code, purpose = row.cells.get("code", ""), row.cells.get("purpose", "")
    line = known.get(code)
    if line is None:
        faults.append(PlanFault("unknown_line", {"code": code}))
    if not 2 <= len(purpose) <= PURPOSE_MAX:
        faults.append(PlanFault("no_purpose", {}))
    if purpose.startswith(_FORMULA):
        faults.append(PlanFault("looks_like_formula", {"text": purpose}))
    if _category(row) in unknown:
        faults.append(PlanFault("unknown_category", {"text": _category(row)}))
    months: dict[int, int] = {}
    for month in MONTHS:
        text = row.cells.get(f"month_{month}", "")
        if not text:
            continue
        amount_fen = fen_of(text)
        if amount_fen is None:
            faults.append(PlanFault("bad_amount", {"month": month, "text": text}))
        elif amount_fen and month < first:
            faults.append(PlanFault("month_past", {"month": month}))
        elif amount_fen:
            months[month] = amount_fen
    return JudgedPlanRow(
        row_number=row.row_number,
        code=code,
        name=line.name if line is not None else row.cells.get("name", ""),
        purpose=purpose,
        category_code=_category(row),
        line_id=line.id if line is not None else None,
        months=months,
        faults=tuple(faults),
    )


def _with_sums(
    rows: Sequence[JudgedPlanRow], *, known: Mapping[str, BudgetLine], stand: Mapping[int, PlanBalance]
) -> list[JudgedPlanRow]:
    """The rows; those of a line that plan more than it has are at fault, and those that say the same twice."""
    sums: dict[str, int] = defaultdict(int)
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows:
        sums[row.code] += row.sum_fen
        seen[row.code, row.purpose, row.category_code] += 1
    found = []
    for row in rows:
        faults = list(row.faults)
        line = known.get(row.code)
        if line is not None and sums[row.code] > stand[line.id].unplanned_fen:
            facts = {"sum_fen": sums[row.code], "unplanned_fen": stand[line.id].unplanned_fen}
            faults.append(PlanFault("more_than_unplanned", facts))
        if seen[row.code, row.purpose, row.category_code] > 1:
            faults.append(PlanFault("twice", {}))
        found.append(_with(row, faults=tuple(faults)))
    return found


def _with_held(
    rows: Sequence[JudgedPlanRow], *, known: Mapping[str, BudgetLine], unit: Organisation
) -> list[JudgedPlanRow]:
    by_id = {line.id: line for line in known.values()}
    lines, owners = [], []
    for place, row in enumerate(rows):
        for line in _lines_of(row.line_id or 0, row.months, purpose=row.purpose, category_code=row.category_code):
            lines.append(line)
            owners.append(place)
    held: dict[int, list[Judgement]] = defaultdict(list)
    used = {line.budget_line_id: by_id[line.budget_line_id] for line in lines}
    for place, judgement in zip(owners, judge_lines(lines, known=used, region_code=unit.region_code), strict=True):
        if judgement.rule:
            held[place].append(judgement)
    return [_with(row, held=tuple(held[place])) for place, row in enumerate(rows)]


def _differences(
    rows: Sequence[JudgedPlanRow], *, known: Mapping[str, BudgetLine], stand: Mapping[int, PlanBalance]
) -> tuple[LineDifference, ...]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row.code] += row.sum_fen
    return tuple(
        LineDifference(
            line=known[code],
            planned_before_fen=stand[known[code].id].planned_fen,
            planned_after_fen=stand[known[code].id].planned_fen + amount_fen,
            unplanned_after_fen=stand[known[code].id].unplanned_fen - amount_fen,
        )
        for code, amount_fen in sorted(sums.items())
        if code in known
    )


def _lines_of(line_id: int, months: Mapping[int, int], *, purpose: str, category_code: str) -> list[PlannedMonth]:
    return [PlannedMonth(line_id, month, amount_fen, purpose, category_code) for month, amount_fen in months.items()]


def _with(row: JudgedPlanRow, **changes: object) -> JudgedPlanRow:
    return replace(row, **changes)  # type: ignore[arg-type]


def _category(row: BudgetFileRow) -> str:
    return row.cells.get("category_code", "").upper()[:CATEGORY_MAX]


def _workbook(lines: Sequence[BudgetLine], stand: Mapping[int, PlanBalance]) -> bytes:
    """Codes are text, so that they keep their zeros and nothing can run; amounts are numbers."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    heading = book.add_format({"bold": True, "bg_color": "#E9ECEF"})
    required = book.add_format({"bold": True, "bg_color": "#FFE8CC"})
    as_text, as_amount = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
    sheet, help_sheet = book.add_worksheet("用款计划"), book.add_worksheet("说明")
    for position, column in enumerate(COLUMNS):
        is_money = column.name == "unplanned" or column.name.startswith("month_")
        sheet.set_column(position, position, 14 if is_money else 24, as_amount if is_money else as_text)
        sheet.write_string(0, position, column.title, required if column.is_required else heading)
        for place, words in enumerate((column.title, "必填" if column.is_required else "", column.hint)):
            help_sheet.write_string(position, place, words)
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line.code, as_text)
        sheet.write_string(row, 1, line.name, as_text)
        sheet.write_number(row, 2, Decimal(stand[line.id].unplanned_fen).scaleb(-2), as_amount)
    help_sheet.set_column(0, 2, 36)
    sheet.freeze_panes(1, 2)
    book.close()
    return target.getvalue()
