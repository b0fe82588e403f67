"""What a budget workbook would change: new lines, supplements, reductions, what stays, and rows that cannot be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, balances, lines_of_region
from mall.catalogue.category import Category
from mall.database import session
from mall.finance.read_budget_file import BudgetFileRow
from mall.ordering.money_forms import fen_of
from mall.people.organisation import Organisation
from mall.reference.read_reference import economic_items, function_classes

OUTCOMES = ("new", "supplement", "reduction", "unchanged", "faulty")
YES, NO = ("是", "yes", "y", "true", "1", ""), ("否", "no", "n", "false", "0")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,59}")
_CLASS = re.compile(r"[0-9]{3,12}")
#: what a spreadsheet would take for a formula when the line is exported one day
_FORMULA = ("=", "+", "-", "@")
#: what a line keeps for ever
_FIXED = ("name", "function_code", "economic_code", "project", "fund_source", "is_procurement", "category_scope")


@dataclass(frozen=True)
class BudgetFault:
    """Why a row cannot be: a code whose sentence stands in `budget_file_words`, and its facts."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JudgedRow:
    """One row and what it would do. `change_fen` is what the appropriation gains or loses."""

    row_number: int
    outcome: str
    code: str
    name: str
    unit_name: str
    unit_id: int | None = None
    budget_line_id: int | None = None
    new_line: dict[str, Any] | None = None
    before_fen: int = 0
    after_fen: int = 0
    faults: tuple[BudgetFault, ...] = ()

    @property
    def change_fen(self) -> int:
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class JudgedFile:
    """The difference between a workbook and the books."""

    region_code: int
    year: int
    rows: tuple[JudgedRow, ...]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    @property
    def changing(self) -> tuple[JudgedRow, ...]:
        return tuple(row for row in self.rows if row.outcome in ("new", "supplement", "reduction"))

    @property
    def given_fen(self) -> int:
        return sum(max(row.change_fen, 0) for row in self.changing)

    @property
    def taken_fen(self) -> int:
        return sum(max(-row.change_fen, 0) for row in self.changing)


def judge_budget_file(rows: Sequence[BudgetFileRow], *, region_code: int, year: int) -> JudgedFile:
    """Hold every row against the books of one region and year. Lines that the file does not name stay as they are."""
    units = {
        unit.credit_code: unit
        for unit in session().scalars(
            select(Organisation).where(
                Organisation.kind == "unit", Organisation.state == "active", Organisation.region_code == region_code
            )
        )
    }
    known = {line.code: line for line in lines_of_region(session(), region_code=region_code, year=year)}
    stand = balances(session(), [line.id for line in known.values()]) if known else {}
    categories = tuple(session().scalars(select(Category.code)))
    seen = Counter(row.cells.get("code", "") for row in rows)
    judged = []
    for row in rows:
        faults = [BudgetFault("row_too_wide")] if row.is_too_wide else []
        facts = _facts_of(row, categories=categories, faults=faults)
        unit = units.get(row.cells.get("credit_code", "").upper())
        if unit is None:
            faults.append(BudgetFault("unknown_unit", {"credit_code": row.cells.get("credit_code", "")}))
        if seen[facts["code"]] > 1:
            faults.append(BudgetFault("code_twice", {"code": facts["code"]}))
        line = known.get(facts["code"])
        if line is not None:
            _compare(line, facts, unit=unit, faults=faults)
        before_fen = stand[line.id].appropriation_fen if line is not None else 0
        if line is not None and not faults and before_fen - facts["amount_fen"] > stand[line.id].available_fen:
            taken = {"taken_fen": before_fen - facts["amount_fen"], "available_fen": stand[line.id].available_fen}
            faults.append(BudgetFault("more_than_free", taken))
        if line is None and facts["amount_fen"] == 0:
            faults.append(BudgetFault("nothing_for_new"))
        judged.append(_judged(row, facts, unit=unit, line=line, before_fen=before_fen, faults=faults))
    return JudgedFile(region_code=region_code, year=year, rows=tuple(judged))


def _judged(
    row: BudgetFileRow,
    facts: dict[str, Any],
    *,
    unit: Organisation | None,
    line: BudgetLine | None,
    before_fen: int,
    faults: list[BudgetFault],
) -> JudgedRow:
    after_fen = facts.pop("amount_fen")
    if faults:
        outcome, after_fen = "faulty", before_fen
    elif line is None:
        outcome = "new"
    else:
        outcome = "unchanged" if after_fen == before_fen else "supplement" if after_fen > before_fen else "reduction"
    return JudgedRow(
        row_number=row.row_number,
        outcome=outcome,
        code=facts["code"],
        name=facts["name"],
        unit_name=unit.name if unit is not None else row.cells.get("unit_name", ""),
        unit_id=unit.id if unit is not None else None,
        budget_line_id=line.id if line is not None else None,
        new_line=facts if outcome == "new" else None,
        before_fen=before_fen,
        after_fen=after_fen,
        faults=tuple(faults),
    )


def _facts_of(row: BudgetFileRow, *, categories: Sequence[str], faults: list[BudgetFault]) -> dict[str, Any]:
    """The row as the facts of a budget line, with `amount_fen`; what does not fit is added to `faults`."""
    cells = row.cells
    code, name = cells.get("code", ""), cells.get("name", "")
    if not _CODE.fullmatch(code):
        faults.append(BudgetFault("bad_code", {"code": code}))
    for column in ("name", "project", "fund_source", "note"):
        if cells.get(column, "").startswith(_FORMULA):
            faults.append(BudgetFault("looks_like_formula", {"text": cells[column]}))
    if not name:
        faults.append(BudgetFault("no_name"))
    if not cells.get("fund_source"):
        faults.append(BudgetFault("no_fund_source"))
    for column in ("function_code", "economic_code"):
        if cells.get(column) and not _CLASS.fullmatch(cells[column]):
            faults.append(BudgetFault("bad_class", {"text": cells[column]}))
    procurement = cells.get("is_procurement", "").casefold()
    if procurement not in (*YES, *NO):
        faults.append(BudgetFault("bad_flag", {"text": cells["is_procurement"]}))
    scope = [part for part in re.split(r"[、,，;；\s]+", cells.get("category_scope", "")) if part]
    for prefix in scope:
        if not any(known.startswith(prefix) for known in categories):
            faults.append(BudgetFault("unknown_category", {"text": prefix}))
    amount_fen = fen_of(cells.get("amount", ""))
    if amount_fen is None:
        faults.append(BudgetFault("bad_amount", {"text": cells.get("amount", "")}))
    return {
        "code": code,
        "name": name,
        "function_code": cells.get("function_code", ""),
        "function_name": _NAMES["function"].get(cells.get("function_code", ""), ""),
        "economic_code": cells.get("economic_code", ""),
        "economic_name": _NAMES["economic"].get(cells.get("economic_code", ""), ""),
        "project": cells.get("project", ""),
        "fund_source": cells.get("fund_source", ""),
        "is_procurement": procurement in YES,
        "category_scope": scope,
        "note": cells.get("note", ""),
        "amount_fen": amount_fen or 0,
    }


def _compare(line: BudgetLine, facts: dict[str, Any], *, unit: Organisation | None, faults: list[BudgetFault]) -> None:
    """A line never changes; a row that would change it is at fault."""
    if unit is not None and line.unit_id != unit.id:
        faults.append(BudgetFault("other_units_line", {"code": line.code}))
        return
    differing = [name for name in _FIXED if _kept(line, name) != facts[name]]
    if differing:
        faults.append(BudgetFault("line_never_changes", {"columns": differing}))


def _kept(line: BudgetLine, name: str) -> Any:
    value = getattr(line, name)
    return list(value) if isinstance(value, tuple) else value


_NAMES = {
    "function": {each.code: each.name for each in function_classes()},
    "economic": {each.code: each.name for each in economic_items()},
}
