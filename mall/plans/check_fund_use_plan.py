"""What must hold for the lines of a fund-use plan: whose they are, which months, and whether the money is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, find_lines
from ledger.cash_plan import plan_balances
from mall import clock
from mall.catalogue.category import Category
from mall.database import session
from mall.errors import Refusal
from mall.people.organisation import Organisation
from mall.plans.fund_use_plan import FundUsePlan, FundUsePlanLine
from mall.plans.fund_use_plan_kinds import KINDS

LINES_MAX = 2_000
AMOUNT_FEN_MAX = 10**14
PURPOSE_MAX, CATEGORY_MAX = 200, 20

#: {line id: {month: fen}}
Months = dict[int, dict[int, int]]


@dataclass(frozen=True)
class PlannedMonth:
    """An amount in a month of a budget line, in fen; negative where a change takes it out of the month."""

    budget_line_id: int
    month: int
    amount_fen: int
    purpose: str = ""
    category_code: str = ""


def check_lines(lines: Sequence[PlannedMonth], *, kind: str, unit: Organisation, year: int) -> dict[int, BudgetLine]:
    """The budget lines behind the amounts, by id.

    Raises Refusal "plan.no_lines", "plan.unknown_category", "budget.unknown_line", "plan.bad_amount",
    "plan.purpose_needed", "plan.line_twice", "plan.does_not_balance".
    """
    if not lines or len(lines) > LINES_MAX:
        raise Refusal("plan.no_lines", most=LINES_MAX)
    unknown = unknown_categories({line.category_code for line in lines})
    if unknown:
        raise Refusal("plan.unknown_category", category_code=min(unknown))
    known = find_lines(session(), {line.budget_line_id for line in lines})
    seen: set[tuple[int, int, str, str]] = set()
    for line in lines:
        found = known.get(line.budget_line_id)
        # Foreign and missing look the same.
        if found is None or found.unit_id != unit.id or found.year != year:
            raise Refusal("budget.unknown_line", budget_line_id=line.budget_line_id)
        _check_line(line, found=found, kind=kind)
        key = (line.budget_line_id, line.month, line.purpose, line.category_code)
        if key in seen:
            raise Refusal("plan.line_twice", budget_line=found.name, month=line.month)
        seen.add(key)
    if kind == "change":
        for line_id, months in months_of(lines).items():
            if sum(months.values()):
                raise Refusal("plan.does_not_balance", budget_line=known[line_id].name, left_fen=sum(months.values()))
    return known


def months_of(lines: Iterable[PlannedMonth | FundUsePlanLine], *, sign: int = 1) -> Months:
    """{line id: {month: fen}}, the amounts of one month together; months that cancel out are left away."""
    sums: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        sums[line.budget_line_id][line.month] += sign * line.amount_fen
    found = {
        line_id: {month: amount_fen for month, amount_fen in months.items() if amount_fen}
        for line_id, months in sums.items()
    }
    return {line_id: months for line_id, months in found.items() if months}


def posted_months(plan: FundUsePlan) -> Months:
    """What the approval posts: the lines that are not held; a withdrawal takes its amounts out of the months."""
    lines = [line for line in plan.lines if not plan.is_held(line)]
    return months_of(lines, sign=-1 if plan.kind == "withdrawal" else 1)


def turnover_fen(amounts: Iterable[int]) -> int:
    """What a plan is about, in fen: the money that gets a month (of a change: another month)."""
    return sum(amount_fen for amount_fen in amounts if amount_fen > 0)


def require_enough(plan: FundUsePlan, months: Mapping[int, Mapping[int, int]]) -> None:
    """Refuse, in words about its line, what the books would refuse; they have the last word all the same.

    Raises Refusal "plan.more_than_unplanned", "plan.month_has_less".
    """
    known, stand = find_lines(session(), months), plan_balances(session(), months)
    for line_id, by_month in months.items():
        line, balance = known[line_id], stand[line_id]
        for month, amount_fen in by_month.items():
            there_fen = balance.months.get(month, 0)
            if there_fen + amount_fen < 0:
                raise Refusal(
                    "plan.month_has_less",
                    budget_line=line.name, line_code=line.code, month=month, taken_fen=-amount_fen, there_fen=there_fen,
                )  # fmt: skip
        wanted_fen = sum(by_month.values())
        if wanted_fen > balance.unplanned_fen:
            raise Refusal(
                "plan.more_than_unplanned",
                budget_line=line.name,
                line_code=line.code,
                wanted_fen=wanted_fen,
                unplanned_fen=balance.unplanned_fen,
            )


def require_months_ahead(plan: FundUsePlan) -> None:
    """Money is planned for this month or later ones. Raises Refusal("plan.month_past")."""
    first = first_month(plan.year, on=clock.today())
    past = sorted({line.month for line in plan.lines if line.amount_fen > 0 and line.month < first})
    if past and plan.kind != "withdrawal":
        raise Refusal("plan.month_past", month=past[0], first=first)


def first_month(year: int, *, on: date) -> int:
    """The first month of the year that can still be planned on this day; 13 when the year is over."""
    if year == on.year:
        return on.month
    return 1 if year > on.year else 13


def spread(amount_fen: int, months: Sequence[int]) -> dict[int, int]:
    """{month: fen}: the amount in equal parts of whole yuan over the months; the last takes what is left over."""
    if not months or amount_fen <= 0:
        return {}
    each_fen = amount_fen // len(months) // 100 * 100
    parts = dict.fromkeys(months, each_fen)
    parts[months[-1]] += amount_fen - each_fen * len(months)
    return {month: part_fen for month, part_fen in parts.items() if part_fen}


def unknown_categories(codes: set[str]) -> set[str]:
    """Those of the category codes that the official catalogue does not have; "" is none."""
    asked = codes - {""}
    return asked - set(session().scalars(select(Category.code).where(Category.code.in_(asked)))) if asked else set()


def _check_line(line: PlannedMonth, *, found: BudgetLine, kind: str) -> None:
    about = KINDS[kind]
    too_small = line.amount_fen == 0 or (line.amount_fen < 0 and not about.is_signed)
    if too_small or abs(line.amount_fen) > AMOUNT_FEN_MAX or not 1 <= line.month <= 12:
        raise Refusal("plan.bad_amount", budget_line=found.name, month=line.month, amount_fen=line.amount_fen)
    if about.has_purpose and not 2 <= len(line.purpose) <= PURPOSE_MAX:
        raise Refusal("plan.purpose_needed", budget_line=found.name, most=PURPOSE_MAX)
