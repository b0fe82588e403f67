"""The fund-use plan of a line: how much of its money may leave in which month, and which months a deed draws on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import Account
from ledger.posting import MONTH_PREFIX


@dataclass(frozen=True, slots=True)
class PlanBalance:
    """Where the plan money of one line stands, in fen; the ceiling is the sum of all the others.

    `months` is {month: approved and not yet requested}, without the months that have nothing left.
    """

    line_id: int
    ceiling_fen: int = 0
    unplanned_fen: int = 0
    months: Mapping[int, int] = field(default_factory=dict)
    requested_fen: int = 0
    paid_fen: int = 0
    cancelled_fen: int = 0

    @property
    def planned_fen(self) -> int:
        """Approved for any month and not yet requested."""
        return sum(self.months.values())

    def due_fen(self, month: int) -> int:
        """Approved for this month or an earlier one and not yet requested: what may be requested now."""
        return sum(amount_fen for at, amount_fen in self.months.items() if at <= month)


def plan_balances(session: Session | Connection, line_ids: Iterable[int]) -> dict[int, PlanBalance]:
    """{line_id: PlanBalance} for every id asked, in one query; a line without money has zeros."""
    asked = list(line_ids)
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    months: dict[int, dict[int, int]] = defaultdict(dict)
    for line_id, coa, sub, amount_fen in session.execute(_BALANCES, {"line_ids": asked}):
        if coa == Account.PLAN_AVAILABLE:
            months[line_id][int(sub.removeprefix(MONTH_PREFIX))] = amount_fen
        else:
            sums[line_id][_FIELDS[Account(coa)]] += amount_fen
    return {
        line_id: PlanBalance(line_id, months=dict(sorted(months[line_id].items())), **sums[line_id])
        for line_id in asked
    }


def draw(balance: PlanBalance, amount_fen: int, *, until_month: int) -> dict[int, int]:
    """{month: fen} that give `amount_fen`, the oldest months first, none after `until_month`.

    Where the plan does not reach, what it has is returned: whoever asks compares the sum.
    """
    return _take(sorted(at for at in balance.months if at <= until_month), balance.months, amount_fen)


def cut(balance: PlanBalance, amount_fen: int) -> dict[int, int]:
    """{month: fen} that a loss of `amount_fen` takes out of the plan: what is not yet planned goes first, then the
    latest months. The plan follows the budget, so a reduction needs no plan document of its own."""
    planned_fen = max(0, amount_fen - balance.unplanned_fen)
    return _take(sorted(balance.months, reverse=True), balance.months, planned_fen)


def cut_by_line(session: Session | Connection, losses: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """`cut` for several lines: {line_id: fen lost, positive} -> {line_id: {month: fen}} without empty lines."""
    stand = plan_balances(session, losses)
    cuts = {line_id: cut(stand[line_id], amount_fen) for line_id, amount_fen in losses.items()}
    return {line_id: months for line_id, months in cuts.items() if months}


def months_as_text(plan: Mapping[int, Mapping[int, int]]) -> dict[str, dict[str, int]]:
    """{line_id: {month: fen}} as documents and histories keep it: JSON has only text for keys."""
    return {
        str(line_id): {str(month): amount_fen for month, amount_fen in months.items()}
        for line_id, months in plan.items()
    }


def months_from_text(plan: Mapping[str, Mapping[str, int]]) -> dict[int, dict[int, int]]:
    """And back."""
    return {
        int(line_id): {int(month): amount_fen for month, amount_fen in months.items()}
        for line_id, months in plan.items()
    }


def _take(order: Iterable[int], months: Mapping[int, int], amount_fen: int) -> dict[int, int]:
    taken: dict[int, int] = {}
    for month in order:
        if amount_fen <= 0:
            break
        taken[month] = min(amount_fen, months[month])
        amount_fen -= taken[month]
    return taken


_FIELDS = {
    Account.CEILING: "ceiling_fen",
    Account.UNPLANNED: "unplanned_fen",
    Account.PLAN_REQUESTED: "requested_fen",
    Account.PLAN_PAID: "paid_fen",
    Account.PLAN_CANCELLED: "cancelled_fen",
}

_BALANCES = text(
    "select a.line_id, a.coa, case when c.grain = 'month' then a.sub else '' end as sub,"
    " sum(a.balance_fen * a.normal)::bigint as amount_fen"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'cash_plan'"
    " where l.id = any(cast(:line_ids as bigint[])) and a.balance_fen <> 0"
    " group by a.line_id, a.coa, 3"
)
