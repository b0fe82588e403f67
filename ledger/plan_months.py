"""The months of a line's fund-use plan: planned, requested, paid and left, now or at the end of a past day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import Account
from ledger.errors import MalformedPosting
from ledger.posting import MONTH_PREFIX

MONTHS = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class PlanMonth:
    """One month, in fen: what was planned is what was requested of it, paid out of it and is left."""

    month: int
    requested_fen: int = 0
    paid_fen: int = 0
    left_fen: int = 0

    @property
    def planned_fen(self) -> int:
        return self.requested_fen + self.paid_fen + self.left_fen


@dataclass(frozen=True, slots=True)
class PlanYear:
    """The plan side of one line: the ceiling is what is unplanned, cancelled and planned for the months together."""

    line_id: int
    ceiling_fen: int
    unplanned_fen: int
    cancelled_fen: int
    months: tuple[PlanMonth, ...]

    @property
    def planned_fen(self) -> int:
        return sum(month.planned_fen for month in self.months)

    @property
    def requested_fen(self) -> int:
        return sum(month.requested_fen for month in self.months)

    @property
    def paid_fen(self) -> int:
        return sum(month.paid_fen for month in self.months)

    def due_fen(self, month: int) -> int:
        """Left in this month and those before it: what may be requested now."""
        return sum(one.left_fen for one in self.months if one.month <= month)

    def planned_until_fen(self, month: int) -> int:
        """Planned for this month and those before it, whatever has become of it."""
        return sum(one.planned_fen for one in self.months if one.month <= month)


def plan_years(
    session: Session | Connection, line_ids: Iterable[int], *, at: datetime | None = None
) -> dict[int, PlanYear]:
    """{line_id: PlanYear} for every id asked, in two queries. `at`: as it stood at this instant, by what had been
    posted then; None: now.

    Which months a payment drew on stands in its postings. What is paid is counted to the oldest months of its document.
    """
    if at is not None and at.tzinfo is None:
        raise MalformedPosting("an instant needs its time zone")
    asked = list(line_ids)
    facts = {"line_ids": asked, "at": at}
    standing: dict[int, dict[tuple[Account, str], int]] = defaultdict(dict)
    for row in session.execute(_STANDING if at is None else _STANDING_AT, facts):
        standing[row.line_id][Account(row.coa), row.sub] = row.amount_fen
    drawn: dict[int, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in session.execute(_DRAWN, facts):
        drawn[row.line_id][row.document][int(row.month.removeprefix(MONTH_PREFIX))] = row.amount_fen
    return {line_id: _year(line_id, standing[line_id], drawn[line_id]) for line_id in asked}


@dataclass(frozen=True, slots=True)
class ExecutedMonth:
    """One month of one unit, in fen: what its plans let leave from this month on, and what was paid in it."""

    month: int
    planned_fen: int
    paid_fen: int


def plan_execution(
    session: Session | Connection, *, lowest: int, highest: int, year: int, unit_id: int | None = None
) -> dict[int, tuple[ExecutedMonth, ...]]:
    """{unit id: twelve months} of the units with plans in the regions between these codes, or of one unit."""
    facts = {"lowest": lowest, "highest": highest, "year": year, "unit_id": unit_id}
    planned: dict[tuple[int, int], int] = defaultdict(int)
    for query in (_LEFT_OF_UNITS, _DRAWN_OF_UNITS):
        for row in session.execute(query, facts):
            planned[row.unit_id, row.month] += row.amount_fen
    paid = {(row.unit_id, row.month): row.amount_fen for row in session.execute(_PAID_OF_UNITS, facts)}
    return {
        unit: tuple(
            ExecutedMonth(month, planned_fen=planned.get((unit, month), 0), paid_fen=paid.get((unit, month), 0))
            for month in MONTHS
        )
        for unit in sorted({unit for unit, _month in (*planned, *paid)})
    }


def _year(line_id: int, standing: dict[tuple[Account, str], int], drawn: dict[str, dict[int, int]]) -> PlanYear:
    paid: dict[int, int] = defaultdict(int)
    requested: dict[int, int] = defaultdict(int)
    for document, months in drawn.items():
        paid_fen = standing.get((Account.PLAN_PAID, document), 0)
        for month, amount_fen in sorted(months.items()):
            of_paid = min(amount_fen, paid_fen)
            paid_fen -= of_paid
            paid[month] += of_paid
            requested[month] += amount_fen - of_paid
    return PlanYear(
        line_id=line_id,
        ceiling_fen=standing.get((Account.CEILING, ""), 0),
        unplanned_fen=standing.get((Account.UNPLANNED, ""), 0),
        cancelled_fen=sum(fen for (account, _sub), fen in standing.items() if account is Account.PLAN_CANCELLED),
        months=tuple(
            PlanMonth(
                month,
                requested_fen=requested[month],
                paid_fen=paid[month],
                left_fen=standing.get((Account.PLAN_AVAILABLE, f"{MONTH_PREFIX}{month:02d}"), 0),
            )
            for month in MONTHS
        ),
    )


_STANDING = text(
    "select a.line_id, a.coa, case when c.grain = 'line' then '' else a.sub end as sub,"
    " a.balance_fen * a.normal as amount_fen"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'cash_plan'"
    " where l.id = any(cast(:line_ids as bigint[])) and a.balance_fen <> 0"
)
_STANDING_AT = text(
    "select e.line_id, e.coa, case when c.grain = 'line' then '' else e.sub end as sub,"
    " (sum(e.amount_fen) * min(c.normal))::bigint as amount_fen"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'cash_plan'"
    " join ledger.entry e on e.region = a.region and e.year = a.year and e.sub = a.sub and e.line_id = a.line_id"
    " and e.coa = a.coa and e.seq is not null"
    " join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id"
    " where l.id = any(cast(:line_ids as bigint[])) and t.posted_at <= :at"
    " group by e.line_id, e.coa, 3 having sum(e.amount_fen) <> 0"
)
# A posting that moves money between months and a document is that document's draw (or its way back).
_DRAWN = text(
    "select m.line_id, d.sub as document, m.sub as month, sum(m.amount_fen)::bigint as amount_fen"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    f" and a.coa = {int(Account.PLAN_AVAILABLE)}"
    " join ledger.entry m on m.region = a.region and m.year = a.year and m.sub = a.sub and m.line_id = a.line_id"
    " and m.coa = a.coa and m.seq is not null"
    " join ledger.txn t on t.region = m.region and t.year = m.year and t.id = m.txn_id"
    " join ledger.entry d on d.region = m.region and d.year = m.year and d.txn_id = m.txn_id and d.line_id = m.line_id"
    f" and d.coa in ({int(Account.PLAN_REQUESTED)}, {int(Account.PLAN_PAID)})"
    " where l.id = any(cast(:line_ids as bigint[]))"
    " and (cast(:at as timestamptz) is null or t.posted_at <= cast(:at as timestamptz))"
    " group by m.line_id, d.sub, m.sub having sum(m.amount_fen) <> 0"
)
# What follows is per unit: the books of a whole region in three queries.
_LINES_IN = (
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " {entry}"
    " where l.region between :lowest and :highest and l.year = :year"
    " and (cast(:unit_id as bigint) is null or l.unit_id = cast(:unit_id as bigint))"
    " and a.coa = {account}"
)
_ENTRY = (
    " join ledger.entry e on e.region = a.region and e.year = a.year and e.sub = a.sub and e.line_id = a.line_id"
    " and e.coa = a.coa and e.seq is not null"
    " join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id"
)
_LEFT_OF_UNITS = text(
    "select l.unit_id, right(a.sub, 2)::int as month, sum(a.balance_fen * a.normal)::bigint as amount_fen"
    + _LINES_IN.format(entry="", account=int(Account.PLAN_AVAILABLE))
    + " group by 1, 2"
)
_DRAWN_OF_UNITS = text(
    "select l.unit_id, right(a.sub, 2)::int as month, sum(e.amount_fen)::bigint as amount_fen"
    + _LINES_IN.format(entry=_ENTRY, account=int(Account.PLAN_AVAILABLE))
    + " and exists (select from ledger.entry d where d.region = e.region and d.year = e.year and d.txn_id = e.txn_id"
    f" and d.line_id = e.line_id and d.coa in ({int(Account.PLAN_REQUESTED)}, {int(Account.PLAN_PAID)}))"
    " group by 1, 2"
)
_PAID_OF_UNITS = text(
    "select l.unit_id, extract(month from t.effective_on)::int as month, -sum(e.amount_fen)::bigint as amount_fen"
    + _LINES_IN.format(entry=_ENTRY, account=int(Account.PLAN_PAID))
    + " group by 1, 2"
)
