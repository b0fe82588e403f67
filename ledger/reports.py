"""Reports of the books: trial balance, ledger of one account, one posting, and the budget's execution by class."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import BOOKS, CHART_BY_ACCOUNT, Account, Book

Classing = Literal["function", "economic"]
CLASSINGS: tuple[Classing, ...] = ("function", "economic")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose books of a year are read: every region between two codes, both included, or one unit or line in them."""

    year: int
    lowest_region: int
    highest_region: int
    unit_id: int | None = None
    line_id: int | None = None


@dataclass(frozen=True, slots=True)
class AccountSum:
    """One account of a trial balance, in fen: balances with debit positive, turnover of both sides positive."""

    account: Account
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class BookSum:
    """The accounts of one book that were ever touched, and what they come to together, in fen."""

    book: Book
    accounts: tuple[AccountSum, ...]

    @property
    def opening_fen(self) -> int:
        return sum(row.opening_fen for row in self.accounts)

    @property
    def debit_fen(self) -> int:
        return sum(row.debit_fen for row in self.accounts)

    @property
    def credit_fen(self) -> int:
        return sum(row.credit_fen for row in self.accounts)

    @property
    def closing_fen(self) -> int:
        return sum(row.closing_fen for row in self.accounts)

    @property
    def is_balanced(self) -> bool:
        """Whether the balances sum to zero at the beginning and at the end, and both sides have the same turnover."""
        return self.opening_fen == self.closing_fen == 0 and self.debit_fen == self.credit_fen


class Cursor(NamedTuple):
    """Where a page of an account's ledger ended: entries are in the order of their day, then of posting."""

    effective_on: date
    txn_id: int
    n: int


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One entry of an account's ledger: debit positive, credit negative; `balance_fen` stands after it."""

    region_code: int
    year: int
    txn_id: int
    n: int
    unit_id: int
    line_id: int
    line_code: str
    line_name: str
    document: str
    source_type: str
    source_id: str
    event: str
    effective_on: date
    posted_at: datetime
    actor: str
    memo: str
    causation: str | None
    amount_fen: int
    balance_fen: int

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.effective_on, self.txn_id, self.n)


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A page of an account's ledger. `opening_fen`, `debit_fen`, `credit_fen` and `count` are those of the whole span;
    `forward_fen` is the balance before the page's first entry; `next` is None on the last page."""

    account: Account
    opening_fen: int
    debit_fen: int
    credit_fen: int
    count: int
    forward_fen: int
    entries: tuple[AccountEntry, ...]
    next: Cursor | None

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class TxnEntry:
    """One entry of a posting: debit positive, credit negative, in fen."""

    n: int
    account: Account
    unit_id: int
    line_id: int
    line_code: str
    line_name: str
    document: str
    amount_fen: int

    @property
    def book(self) -> Book:
        return CHART_BY_ACCOUNT[self.account].book


@dataclass(frozen=True, slots=True)
class PostedTxn:
    """One posting with all its entries. `reverses` is the posting it negates, `reversed_by` the one that negates it."""

    region_code: int
    year: int
    txn_id: int
    source_type: str
    source_id: str
    event: str
    effective_on: date
    posted_at: datetime
    actor: str
    memo: str
    causation: str | None
    reverses: int | None
    reversed_by: int | None
    entries: tuple[TxnEntry, ...]


@dataclass(frozen=True, slots=True)
class Executed:
    """How far the lines of one class, or one line, are executed, in fen; the appropriation is the sum of the others.

    `set_aside_fen` is frozen or lapsed; `under_way_fen` is reserved, committed, accrued or in payment.
    `line_id` and `unit_id` are 0 for a class.
    """

    code: str
    name: str
    line_id: int
    unit_id: int
    lines: int
    appropriation_fen: int
    available_fen: int
    set_aside_fen: int
    under_way_fen: int
    paid_fen: int

    @property
    def paid_bp(self) -> int:
        """Paid in basis points of the appropriation, rounded down; 0 when nothing was appropriated."""
        return self.paid_fen * 10_000 // self.appropriation_fen if self.appropriation_fen else 0


def trial_balance_of(session: Session | Connection, scope: Scope, *, since: date, until: date) -> list[BookSum]:
    """Every account that was touched until a day, book by book: opening before `since`, turnover up to `until`.

    Days are those on which postings take effect. Books without any posting are left out.
    """
    rows = session.execute(text(_trial_sql(scope)), {**_facts(scope), "since": since, "until": until})
    sums = [AccountSum(Account(row.coa), row.opening_fen, row.debit_fen, row.credit_fen) for row in rows]
    books = [BookSum(book, tuple(_of_book(sums, book))) for book in BOOKS]
    return [one for one in books if one.accounts]


def account_page(
    session: Session | Connection,
    scope: Scope,
    account: Account,
    *,
    since: date,
    until: date,
    after: Cursor | None = None,
    limit: int = 100,
) -> AccountPage:
    """The entries of one account with their running balance, at most `limit` of them, those behind `after`."""
    start = after or Cursor(since, 0, 0)
    facts = {
        **_facts(scope),
        "account": int(account),
        "since": since,
        "until": until,
        "after_day": start.effective_on,
        "after_txn": start.txn_id,
        "after_n": start.n,
        "limit": limit + 1,
    }
    rows = session.execute(text(_account_sql(scope)), facts).mappings().all()
    found = [row for row in rows[:limit] if row["txn_id"] is not None]
    balance_fen = rows[0]["forward_fen"]
    entries = []
    for row in found:
        balance_fen += row["amount_fen"]
        entries.append(AccountEntry(**{name: row[name] for name in _ENTRY_NAMES}, balance_fen=balance_fen))
    return AccountPage(
        account=account,
        opening_fen=rows[0]["opening_fen"],
        debit_fen=rows[0]["debit_fen"],
        credit_fen=rows[0]["credit_fen"],
        count=rows[0]["count"],
        forward_fen=rows[0]["forward_fen"],
        entries=tuple(entries),
        next=entries[-1].cursor if len(rows) > limit else None,
    )


def find_txn(session: Session | Connection, txn_id: int, *, region_code: int, year: int) -> PostedTxn | None:
    """The posting with this number in the region and year, with all its entries in the order they were written."""
    facts = {"region": region_code, "year": year, "txn_id": txn_id}
    rows = session.execute(_TXN, facts).mappings().all()
    if not rows:
        return None
    entries = tuple(
        TxnEntry(**{**{name: row[name] for name in TxnEntry.__slots__}, "account": Account(row["account"])})
        for row in rows
    )
    head = {name: rows[0][name] for name in PostedTxn.__slots__ if name != "entries"}
    return PostedTxn(**head, entries=entries)


def execution_by_class(session: Session | Connection, scope: Scope, *, by: Classing, until: date) -> list[Executed]:
    """The budget of the lines in scope by function class or economic item, as it stood at the end of a day."""
    columns = f"l.{by}_code as code, min(l.{by}_name) as name, 0::bigint as line_id, 0::bigint as unit_id"
    sql = _execution_sql(scope, columns=columns, also="", tail=f"group by l.{by}_code order by l.{by}_code")
    rows = session.execute(text(sql), {**_facts(scope), "until": until}).mappings()
    return [Executed(**row) for row in rows]


def execution_by_line(
    session: Session | Connection,
    scope: Scope,
    *,
    by: Classing,
    code: str,
    until: date,
    after: tuple[int, int] = (0, 0),
    limit: int = 100,
) -> list[Executed]:
    """The lines of one class by unit and line id, those behind the pair `after`, at most `limit` of them."""
    sql = _execution_sql(
        scope,
        columns="l.code, l.name, l.id as line_id, l.unit_id",
        also=f" and l.{by}_code = :code and (l.unit_id, l.id) > (:after_unit, :after_line)",
        tail="group by l.region, l.year, l.id order by l.unit_id, l.id limit :limit",
    )
    facts = {
        **_facts(scope),
        "until": until,
        "code": code,
        "after_unit": after[0],
        "after_line": after[1],
        "limit": limit,
    }
    return [Executed(**row) for row in session.execute(text(sql), facts).mappings()]


def _of_book(sums: Iterable[AccountSum], book: Book) -> list[AccountSum]:
    return [one for one in sums if CHART_BY_ACCOUNT[one.account].book == book]


def _facts(scope: Scope) -> dict[str, int]:
    facts = {"lowest": scope.lowest_region, "highest": scope.highest_region, "year": scope.year}
    if scope.unit_id is not None:
        facts["unit_id"] = scope.unit_id
    if scope.line_id is not None:
        facts["line_id"] = scope.line_id
    return facts


def _lines_within(scope: Scope) -> str:
    """The condition on ledger.budget_line l."""
    condition = "l.region between :lowest and :highest and l.year = :year"
    if scope.unit_id is not None:
        condition += " and l.unit_id = :unit_id"
    if scope.line_id is not None:
        condition += " and l.id = :line_id"
    return condition


def _entries_within(scope: Scope) -> str:
    """The condition on ledger.entry e; the lines of a unit are looked up once, before the entries are read."""
    # One region is said as one, so that an index finds its lines.
    within = "= :lowest" if scope.lowest_region == scope.highest_region else "between :lowest and :highest"
    condition = f"e.region {within} and e.year = :year"
    if scope.unit_id is not None or scope.line_id is not None:
        condition += f" and e.line_id = any(array(select l.id from ledger.budget_line l where {_lines_within(scope)}))"
    return condition


_WITH_TXN = "join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id"


def _trial_sql(scope: Scope) -> str:
    # Sums of bigint are numeric in PostgreSQL; money leaves as a whole number.
    return (
        "select e.coa,"
        " coalesce(sum(e.amount_fen) filter (where t.effective_on < :since), 0)::bigint as opening_fen,"
        " coalesce(sum(e.amount_fen) filter (where t.effective_on >= :since and e.amount_fen > 0), 0)::bigint"
        " as debit_fen,"
        " coalesce(-sum(e.amount_fen) filter (where t.effective_on >= :since and e.amount_fen < 0), 0)::bigint"
        " as credit_fen"
        f" from ledger.entry e {_WITH_TXN}"
        f" where {_entries_within(scope)} and t.effective_on <= :until"
        " group by e.coa order by e.coa"
    )


_ENTRY_NAMES = tuple(name for name in AccountEntry.__slots__ if name != "balance_fen")


def _account_sql(scope: Scope) -> str:
    # The sums stand beside every row and, where the page is empty, in a row of their own.
    return (
        "with matched as materialized ("
        " select e.region, e.year, e.txn_id, e.n, e.line_id, e.sub, e.amount_fen, t.source_type, t.source_id,"
        " t.event, t.effective_on, t.posted_at, t.actor, t.memo, t.causation,"
        " (t.effective_on, e.txn_id, e.n) > (:after_day, :after_txn, :after_n) as is_behind"
        f" from ledger.entry e {_WITH_TXN}"
        f" where {_entries_within(scope)} and e.coa = :account and t.effective_on <= :until"
        "), sums as ("
        " select coalesce(sum(amount_fen) filter (where effective_on < :since), 0)::bigint as opening_fen,"
        " coalesce(sum(amount_fen) filter (where effective_on >= :since and amount_fen > 0), 0)::bigint as debit_fen,"
        " coalesce(-sum(amount_fen) filter (where effective_on >= :since and amount_fen < 0), 0)::bigint as credit_fen,"
        " coalesce(sum(amount_fen) filter (where effective_on < :since or not is_behind), 0)::bigint as forward_fen,"
        " count(*) filter (where effective_on >= :since) as count"
        " from matched"
        "), page as ("
        " select m.*, l.unit_id, l.code as line_code, l.name as line_name from matched m"
        " join ledger.budget_line l on l.region = m.region and l.year = m.year and l.id = m.line_id"
        " where m.effective_on >= :since and m.is_behind"
        " order by m.effective_on, m.txn_id, m.n limit :limit"
        ") select s.*, p.region as region_code, p.year, p.txn_id, p.n, p.unit_id, p.line_id, p.line_code, p.line_name,"
        " p.sub as document, p.source_type, p.source_id, p.event, p.effective_on, p.posted_at, p.actor, p.memo,"
        " p.causation, p.amount_fen"
        " from sums s left join page p on true order by p.effective_on, p.txn_id, p.n"
    )


_TXN = text(
    "select t.region as region_code, t.year, t.id as txn_id, t.source_type, t.source_id, t.event, t.effective_on,"
    " t.posted_at, t.actor, t.memo, t.causation, t.reverses,"
    " (select r.id from ledger.txn r where r.region = t.region and r.year = t.year and r.reverses = t.id)"
    " as reversed_by,"
    " e.n, e.coa as account, l.unit_id, e.line_id, l.code as line_code, l.name as line_name, e.sub as document,"
    " e.amount_fen"
    " from ledger.txn t"
    " join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " join ledger.budget_line l on l.region = e.region and l.year = e.year and l.id = e.line_id"
    " where t.region = :region and t.year = :year and t.id = :txn_id order by e.n"
)

_BUDGET_ACCOUNTS = ", ".join(str(int(line.account)) for line in CHART_BY_ACCOUNT.values() if line.book == "budget")


def _standing(name: str, *accounts: Account) -> str:
    sign = CHART_BY_ACCOUNT[accounts[0]].normal
    codes = ", ".join(str(int(account)) for account in accounts)
    return f"coalesce(sum({sign} * b.amount_fen) filter (where b.coa in ({codes})), 0)::bigint as {name}_fen"


_EXECUTED = ", ".join(
    (
        _standing("appropriation", Account.APPROPRIATION, Account.CARRIED_IN),
        _standing("available", Account.AVAILABLE),
        _standing("set_aside", Account.FROZEN, Account.LAPSED, Account.CARRIED_OUT),
        _standing("under_way", Account.RESERVED, Account.COMMITTED, Account.ACCRUED, Account.IN_PAYMENT),
        _standing("paid", Account.PAID),
    )
)


def _execution_sql(scope: Scope, *, columns: str, also: str, tail: str) -> str:
    return (
        "with moved as ("
        " select e.region, e.line_id, e.coa, sum(e.amount_fen) as amount_fen"
        f" from ledger.entry e {_WITH_TXN}"
        f" where {_entries_within(scope)} and e.coa in ({_BUDGET_ACCOUNTS}) and t.effective_on <= :until"
        " group by e.region, e.line_id, e.coa)"
        f" select {columns}, count(distinct l.id) as lines, {_EXECUTED}"
        " from ledger.budget_line l left join moved b on b.region = l.region and b.line_id = l.id"
        f" where {_lines_within(scope)}{also} {tail}"
    )
