"""What still stands open on a unit's lines of a year, as the books say it now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from sqlalchemy import text

from ledger.cash_plan import PlanBalance, cut, plan_balances
from ledger.chart_of_accounts import Account
from ledger.movements import TAKEN_BACK
from mall.database import session
from mall.year_end.worksheet import YearEndWorksheet
from mall.year_end.worksheet_books import money_leaving

#: accounts whose balances the year cannot end with, in the order in which a worksheet lists them
OPEN_ACCOUNTS: dict[str, Account] = {
    "reserved": Account.RESERVED,
    "committed": Account.COMMITTED,
    "accrued": Account.ACCRUED,
    "in_payment": Account.IN_PAYMENT,
    "accepted_assets": Account.ACCEPTED_ASSETS,
    "refunds_due": Account.REFUNDS_DUE,
    "available": Account.AVAILABLE,
    "frozen": Account.FROZEN,
}
_NAMES = {int(account): standing for standing, account in OPEN_ACCOUNTS.items()}
_ORDER = {standing: place for place, standing in enumerate((*OPEN_ACCOUNTS, "planned"))}


@dataclass(frozen=True, slots=True)
class Commitment:
    """One open amount; `document` is the order's reference, "" for money of the line itself.

    `costs`, of an open refund claim only: {cost account's name: fen} that it took from.
    """

    line_id: int
    standing: str
    document: str
    amount_fen: int
    costs: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[int, str, str]:
        return self.line_id, self.standing, self.document


def open_commitments(*, region_code: int, year: int, unit_id: int) -> list[Commitment]:
    """Everything open on the unit's lines of the year: orders first, then what hangs on the lines themselves.

    Plan money that waits in a month is listed as "planned"; it is a part of the other amounts, not one more.
    """
    facts = {"region": region_code, "year": year, "unit_id": unit_id, "accounts": list(_NAMES)}
    found = [
        Commitment(row.line_id, _NAMES[row.coa], row.sub, row.amount_fen) for row in session().execute(_OPEN, facts)
    ]
    found = [replace(one, costs=_costs(one, region_code=region_code, year=year)) for one in found]
    lines = list(session().scalars(_LINES, facts))
    for line_id, plan in plan_balances(session(), lines).items():
        if plan.planned_fen:
            found.append(Commitment(line_id, "planned", "", plan.planned_fen))
    return sorted(found, key=lambda one: (not one.document, one.document, one.line_id, _ORDER[one.standing]))


def open_by_unit(*, lowest_region: int, highest_region: int, year: int) -> dict[int, tuple[int, int]]:
    """{unit: (fen of orders that are not paid, fen of all else)} for every unit of these regions that has something
    open in the year."""
    facts = {"lowest": lowest_region, "highest": highest_region, "year": year, "accounts": list(_NAMES)}
    facts |= {"first": int(Account.RESERVED), "last": int(Account.IN_PAYMENT)}
    return {row.unit_id: (row.orders_fen, row.others_fen) for row in session().execute(_BY_UNIT, facts)}


def plan_cuts(worksheet: YearEndWorksheet) -> dict[str, dict[int, dict[int, int]]]:
    """{event: {line: {month: fen}}}: which plan months each posting of the worksheet takes its money out of.

    One after the other, as they will be posted: what the first has taken is not there for the second.
    """
    leaving = money_leaving(worksheet)
    stand = plan_balances(session(), {line_id for _event, by_line in leaving for line_id in by_line})
    cuts: dict[str, dict[int, dict[int, int]]] = {}
    for event, by_line in leaving:
        for line_id, amount_fen in by_line.items():
            months = cut(stand[line_id], amount_fen)
            stand[line_id] = _less(stand[line_id], months, amount_fen)
            if months:
                cuts.setdefault(event, {})[line_id] = months
    return cuts


def _less(plan: PlanBalance, months: dict[int, int], amount_fen: int) -> PlanBalance:
    left = {month: have_fen - months.get(month, 0) for month, have_fen in plan.months.items()}
    return replace(
        plan,
        months={month: have_fen for month, have_fen in left.items() if have_fen},
        unplanned_fen=plan.unplanned_fen - (amount_fen - sum(months.values())),
    )


def _costs(one: Commitment, *, region_code: int, year: int) -> dict[str, int]:
    """Which cost accounts an open claim took from; where some has come back, the latest claims are the open ones."""
    if one.standing != "refunds_due":
        return {}
    facts = {"region": region_code, "year": year, "line_id": one.line_id, "sub": one.document}
    facts |= {"refunds_due": int(Account.REFUNDS_DUE), "costs": [int(account) for account in TAKEN_BACK]}
    costs: dict[str, int] = defaultdict(int)
    missing_fen = one.amount_fen
    for row in session().execute(_CLAIMED, facts):
        taken_fen = min(missing_fen, row.amount_fen)
        if taken_fen:
            costs[Account(row.coa).name.lower()] += taken_fen
            missing_fen -= taken_fen
    return dict(costs)


_OPEN = text(
    "select a.line_id, a.coa, a.sub, a.balance_fen * a.normal as amount_fen"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " where l.region = :region and l.year = :year and l.unit_id = :unit_id"
    " and a.coa = any(cast(:accounts as smallint[])) and a.balance_fen <> 0"
)

_LINES = text(
    "select l.id from ledger.budget_line l where l.region = :region and l.year = :year and l.unit_id = :unit_id"
)

_BY_UNIT = text(
    "select l.unit_id,"
    " coalesce(sum(a.balance_fen * a.normal) filter (where a.coa between :first and :last), 0)::bigint as orders_fen,"
    " coalesce(sum(a.balance_fen * a.normal) filter (where a.coa not between :first and :last), 0)::bigint"
    " as others_fen"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " where l.region between :lowest and :highest and l.year = :year"
    " and a.coa = any(cast(:accounts as smallint[])) and a.balance_fen <> 0"
    " group by l.unit_id order by l.unit_id"
)

# The cost side of every txn that raised the claim, the latest first.
_CLAIMED = text(
    "select k.coa, -k.amount_fen as amount_fen"
    " from ledger.entry e"
    " join ledger.entry k on k.region = e.region and k.year = e.year and k.txn_id = e.txn_id"
    " and k.line_id = e.line_id and k.sub = e.sub and k.amount_fen < 0"
    " and k.coa = any(cast(:costs as smallint[]))"
    " where e.region = :region and e.year = :year and e.line_id = :line_id and e.sub = :sub"
    " and e.coa = :refunds_due and e.amount_fen > 0 order by e.txn_id desc, k.n"
)
