"""Statements drawn from the books: how far the budget is executed, per unit and per line, and trial balances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.budget_lines import STANDING_COLUMNS
from ledger.chart_of_accounts import Account, Book


@dataclass(frozen=True, slots=True)
class Execution:
    """Where a unit's budget of one region and year stands, in fen; appropriation and carried in = all the rest."""

    unit_id: int
    lines: int
    appropriation_fen: int
    carried_in_fen: int
    available_fen: int
    frozen_fen: int
    lapsed_fen: int
    carried_out_fen: int
    reserved_fen: int
    committed_fen: int
    accrued_fen: int
    in_payment_fen: int
    paid_fen: int

    @property
    def paid_bp(self) -> int:
        """Paid in basis points of the appropriation, rounded down; 0 when nothing was appropriated."""
        return self.paid_fen * 10_000 // self.appropriation_fen if self.appropriation_fen else 0


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account of a trial balance: turnover of both sides and the balance (debit positive), in fen."""

    book: str
    account: Account
    official_code: str
    name_zh: str
    name_en: str
    debit_fen: int
    credit_fen: int
    balance_fen: int


def budget_execution(
    session: Session | Connection, *, region_code: int, year: int, unit_ids: Iterable[int] | None = None
) -> list[Execution]:
    """One row per unit that has budget lines, by unit id; `unit_ids` limits the units, None means all."""
    units = None if unit_ids is None else list(unit_ids)
    rows = session.execute(_EXECUTION, {"region": region_code, "year": year, "unit_ids": units}).mappings()
    return [Execution(**row) for row in rows]


def trial_balance(
    session: Session | Connection,
    *,
    region_code: int,
    year: int,
    book: Book,
    until: date | None = None,
    unit_id: int | None = None,
) -> list[TrialRow]:
    """Every account of a book that was ever touched; the balances sum to zero.

    `until` keeps entries effective on that day or before; `unit_id` keeps the lines of one unit.
    """
    facts = {"region": region_code, "year": year, "book": book, "until": until, "unit_id": unit_id}
    return [
        TrialRow(**{**row, "account": Account(row["account"])}) for row in session.execute(_TRIAL, facts).mappings()
    ]


_EXECUTION = text(
    f"select l.unit_id, count(distinct l.id) as lines, {STANDING_COLUMNS} from ledger.budget_line l"
    " left join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " where l.region = :region and l.year = :year"
    " and (cast(:unit_ids as bigint[]) is null or l.unit_id = any(cast(:unit_ids as bigint[])))"
    " group by l.unit_id order by l.unit_id"
)

_TRIAL = text(
    "select c.book, c.code as account, c.official_code, c.name_zh, c.name_en,"
    " coalesce(sum(e.amount_fen) filter (where e.amount_fen > 0), 0)::bigint as debit_fen,"
    " coalesce(-sum(e.amount_fen) filter (where e.amount_fen < 0), 0)::bigint as credit_fen,"
    " sum(e.amount_fen)::bigint as balance_fen"
    " from ledger.entry e"
    " join ledger.chart_of_accounts c on c.code = e.coa"
    " join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id"
    " join ledger.budget_line l on l.region = e.region and l.year = e.year and l.id = e.line_id"
    " where e.region = :region and e.year = :year and c.book = :book"
    " and (cast(:until as date) is null or t.effective_on <= :until)"
    " and (cast(:unit_id as bigint) is null or l.unit_id = :unit_id)"
    " group by c.book, c.code order by c.code"
)
