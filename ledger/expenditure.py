"""What was spent, by function class or economic item: paid, and accrued whether paid or not, beside the year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import Account
from ledger.reports import CLASSINGS, Classing, Scope

#: the accrual side: what accepted goods and services cost, under whatever head
COSTS = (Account.EXPENSE, Account.INVENTORY, Account.FIXED_ASSETS, Account.ACCEPTED_ASSETS)


@dataclass(frozen=True, slots=True)
class Spent:
    """One class, or one line of it, in fen. "month" is that of the day asked for up to it, "year" from 1 January, and
    "before" the same days of the year before. Refunds and returns are taken off.

    `line_id` and `unit_id` are 0 for a class; a line has no year before it.
    """

    code: str
    name: str
    line_id: int
    unit_id: int
    lines: int
    paid_month_fen: int
    paid_year_fen: int
    paid_before_fen: int
    accrued_month_fen: int
    accrued_year_fen: int
    accrued_before_fen: int


FIGURES = tuple(name for name in Spent.__slots__ if name.endswith("_fen"))


def spent_by_class(session: Session | Connection, scope: Scope, *, by: Classing, until: date) -> list[Spent]:
    """Every class in which something was budgeted this year or the year before, by code."""
    _known(by)
    columns = f"l.{by}_code as code, min(l.{by}_name) as name, 0::bigint as line_id, 0::bigint as unit_id"
    sql = _sql(
        scope, columns=columns, years="l.year in (:year, :year - 1)", also="", tail=f"group by l.{by}_code order by 1"
    )
    return [Spent(**row) for row in session.execute(text(sql), _facts(scope, until)).mappings()]


def spent_by_line(
    session: Session | Connection,
    scope: Scope,
    *,
    by: Classing,
    code: str,
    until: date,
    after: tuple[int, int] = (0, 0),
    limit: int = 100,
) -> list[Spent]:
    """This year's lines of one class by unit and line id, those behind the pair `after`, at most `limit` of them."""
    _known(by)
    sql = _sql(
        scope,
        columns="l.code, l.name, l.id as line_id, l.unit_id",
        years="l.year = :year",
        also=f" and l.{by}_code = :code and (l.unit_id, l.id) > (:after_unit, :after_line)",
        tail="group by l.region, l.year, l.id order by l.unit_id, l.id limit :limit",
    )
    facts = {"code": code, "after_unit": after[0], "after_line": after[1], "limit": limit}
    return [Spent(**row) for row in session.execute(text(sql), {**_facts(scope, until), **facts}).mappings()]


def day_of_year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _known(by: str) -> None:
    if by not in CLASSINGS:
        raise ValueError(by)


def _facts(scope: Scope, until: date) -> dict[str, object]:
    facts: dict[str, object] = {
        "lowest": scope.lowest_region,
        "highest": scope.highest_region,
        "year": scope.year,
        "since": until.replace(day=1),
        "until": until,
        "until_before": day_of_year_before(until),
    }
    if scope.unit_id is not None:
        facts["unit_id"] = scope.unit_id
    return facts


def _sql(scope: Scope, *, columns: str, years: str, also: str, tail: str) -> str:
    unit = " and l.unit_id = :unit_id" if scope.unit_id is not None else ""
    within = f"l.region between :lowest and :highest and {years}{unit}"
    costs = ", ".join(str(int(account)) for account in COSTS)
    # What the year end takes over the bridge was spent before.
    return (
        "with moved as ("
        f" select e.region, e.year, e.line_id, e.coa = {Account.PAID:d} as is_paid,"
        " t.effective_on >= :since and e.year = :year as is_month,"
        f" sum(case when e.coa = {Account.PAID:d} then -e.amount_fen else e.amount_fen end) as amount_fen"
        " from ledger.entry e join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id"
        f" where e.region between :lowest and :highest and e.year in (:year, :year - 1)"
        f" and e.coa in ({Account.PAID:d}, {costs}) and t.source_type <> 'year_end'"
        " and t.effective_on <= case when e.year = :year then cast(:until as date) else cast(:until_before as date) end"
        + (" and e.line_id = any(array(select l.id from ledger.budget_line l where " + within + "))" if unit else "")
        + " group by 1, 2, 3, 4, 5)"
        f" select {columns}, count(distinct l.id) filter (where l.year = :year) as lines,"
        f" {_figure('paid_month', 'm.is_paid and m.is_month')},"
        f" {_figure('paid_year', 'm.is_paid and m.year = :year')},"
        f" {_figure('paid_before', 'm.is_paid and m.year < :year')},"
        f" {_figure('accrued_month', 'not m.is_paid and m.is_month')},"
        f" {_figure('accrued_year', 'not m.is_paid and m.year = :year')},"
        f" {_figure('accrued_before', 'not m.is_paid and m.year < :year')}"
        " from ledger.budget_line l"
        " left join moved m on m.region = l.region and m.year = l.year and m.line_id = l.id"
        f" where {within}{also} {tail}"
    )


def _figure(name: str, condition: str) -> str:
    return f"coalesce(sum(m.amount_fen) filter (where {condition}), 0)::bigint as {name}_fen"
