"""Budget lines: what a unit may spend in a year and on what, and where each fen of it stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Result, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger import cash_plan, movements
from ledger.chart_of_accounts import Account
from ledger.errors import MalformedPosting, translated
from ledger.posting import Entry, Posted, post


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of a unit's budget; `category_scope` holds category-code prefixes, empty means all categories."""

    id: int
    region_code: int
    year: int
    unit_id: int
    code: str
    name: str
    function_code: str
    function_name: str
    economic_code: str
    economic_name: str
    project: str
    fund_source: str
    is_procurement: bool
    category_scope: tuple[str, ...]
    note: str
    created_at: datetime

    def covers(self, category_code: str) -> bool:
        """May this line buy goods of the category?"""
        return not self.category_scope or category_code.startswith(self.category_scope)


@dataclass(frozen=True, slots=True)
class LineBalance:
    """Where the money of one line stands, in fen; appropriation and carried in are the sum of all the others."""

    line_id: int
    appropriation_fen: int = 0
    carried_in_fen: int = 0
    available_fen: int = 0
    frozen_fen: int = 0
    lapsed_fen: int = 0
    carried_out_fen: int = 0
    reserved_fen: int = 0
    committed_fen: int = 0
    accrued_fen: int = 0
    in_payment_fen: int = 0
    paid_fen: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One resting place of a line's money: `document` is "" for money of the line itself."""

    account: Account
    official_code: str
    name_zh: str
    name_en: str
    document: str
    amount_fen: int
    last_event: str
    last_posted_at: datetime
    last_txn_id: int
    last_source_type: str
    last_source_id: str

    @property
    def last_source(self) -> str:
        """The paper behind the last posting, as "order:DD-410100-2026-000123"."""
        return f"{self.last_source_type}:{self.last_source_id}"


@dataclass(frozen=True, slots=True)
class Moved:
    """What one document did to one account of one line, in fen on the account's own side."""

    line_id: int
    account: Account
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """One entry as a page shows it: debit positive, credit negative, in fen."""

    txn_id: int
    source_type: str
    source_id: str
    event: str
    book: str
    account: Account
    official_code: str
    name_zh: str
    name_en: str
    line_id: int
    document: str
    amount_fen: int
    effective_on: date
    posted_at: datetime
    actor: str
    memo: str
    causation: str | None
    reverses: int | None


def create_line(
    session: Session | Connection,
    *,
    region_code: int,
    year: int,
    unit_id: int,
    code: str,
    name: str,
    created_at: datetime,
    function_code: str = "",
    function_name: str = "",
    economic_code: str = "",
    economic_name: str = "",
    project: str = "",
    fund_source: str = "",
    is_procurement: bool = True,
    category_scope: Iterable[str] = (),
    note: str = "",
) -> int:
    """Enter a line without money and return its id; it never changes afterwards. Money comes by `appropriate`.

    Raises LedgerRefusal ledger.line_code_taken when the code stands in this region and year already.
    """
    scope = list(category_scope)
    if any(not prefix for prefix in scope):
        raise MalformedPosting("an empty category prefix would cover everything")
    facts = {
        "region": region_code,
        "year": year,
        "unit_id": unit_id,
        "code": code,
        "name": name,
        "function_code": function_code,
        "function_name": function_name,
        "economic_code": economic_code,
        "economic_name": economic_name,
        "project": project,
        "fund_source": fund_source,
        "is_procurement": is_procurement,
        "category_scope": scope,
        "note": note,
        "created_at": created_at,
    }
    try:
        return session.execute(_CREATE, facts).scalar_one()
    except DBAPIError as error:
        refusal = translated(error)
        if refusal is error:
            raise
        refusal.facts |= {"region_code": region_code, "year": year, "line_code": code}
        raise refusal from error


def appropriate(
    session: Session | Connection,
    line_id: int,
    *,
    amount_fen: int,
    source_type: str,
    source_id: str,
    effective_on: date,
    posted_at: datetime,
    actor: str,
    event: str = "appropriation",
    memo: str = "",
) -> Posted:
    """Give a line money (positive: appropriation or supplement) or take free money back (negative: reduction)."""
    line = find_line(session, line_id)
    if line is None:
        raise MalformedPosting(f"no budget line {line_id}")
    giving = amount_fen > 0
    return post(
        session,
        region_code=line.region_code,
        year=line.year,
        source_type=source_type,
        source_id=source_id,
        event=event,
        effective_on=effective_on,
        posted_at=posted_at,
        actor=actor,
        entries=movements.appropriate({line_id: amount_fen}) if giving else _reduction(session, line_id, -amount_fen),
        memo=memo,
    )


def plan_line(
    session: Session | Connection,
    line_id: int,
    *,
    months: Mapping[int, int],
    source_type: str,
    source_id: str,
    effective_on: date,
    posted_at: datetime,
    actor: str,
    event: str = "plan",
    memo: str = "",
) -> Posted:
    """Let money of a line leave in these months: {month: fen}, out of what is not yet planned."""
    line = find_line(session, line_id)
    if line is None:
        raise MalformedPosting(f"no budget line {line_id}")
    return post(
        session,
        region_code=line.region_code,
        year=line.year,
        source_type=source_type,
        source_id=source_id,
        event=event,
        effective_on=effective_on,
        posted_at=posted_at,
        actor=actor,
        entries=movements.plan_months({line_id: months}),
        memo=memo,
    )


def _reduction(session: Session | Connection, line_id: int, amount_fen: int) -> list[Entry]:
    lost = {line_id: amount_fen}
    return movements.reduce_appropriation(lost, planned=cash_plan.cut_by_line(session, lost))


def find_line(session: Session | Connection, line_id: int) -> BudgetLine | None:
    """The line of this id."""
    return next(iter(_lines(session, _BY_ID, {"line_id": line_id})), None)


def find_lines(session: Session | Connection, line_ids: Iterable[int]) -> dict[int, BudgetLine]:
    """{line_id: line} for those of the ids that exist, in one query."""
    asked = list(line_ids)
    return {line.id: line for line in _lines(session, _BY_IDS, {"line_ids": asked})} if asked else {}


def find_line_by_code(session: Session | Connection, *, region_code: int, year: int, code: str) -> BudgetLine | None:
    """The line that carries this code in the region and year."""
    return next(iter(_lines(session, _BY_CODE, {"region": region_code, "year": year, "code": code})), None)


def lines_of_unit(session: Session | Connection, *, region_code: int, year: int, unit_id: int) -> list[BudgetLine]:
    """The unit's lines of the year, by code."""
    return _lines(session, _OF_UNIT, {"region": region_code, "year": year, "unit_id": unit_id})


def lines_of_region(session: Session | Connection, *, region_code: int, year: int) -> list[BudgetLine]:
    """All lines of a region and year, by unit and code."""
    return _lines(session, _OF_REGION, {"region": region_code, "year": year})


def balances(session: Session | Connection, line_ids: Iterable[int]) -> dict[int, LineBalance]:
    """{line_id: LineBalance} for every id asked, in one query; a line without money has zeros."""
    asked = list(line_ids)
    rows = session.execute(_BALANCES, {"line_ids": asked}).mappings()
    found = {row["line_id"]: LineBalance(**row) for row in rows}
    return {line_id: found.get(line_id, LineBalance(line_id)) for line_id in asked}


def standing_of(
    session: Session | Connection, document: str, *, line_ids: Iterable[int]
) -> dict[tuple[int, Account], int]:
    """{(line_id, account): fen} of one document on these lines, on the accounts' own sides, without the zeros."""
    rows = session.execute(_STANDING_OF, {"document": document, "line_ids": list(line_ids)})
    return {(row.line_id, Account(row.coa)): row.amount_fen for row in rows}


def explain_line(session: Session | Connection, line_id: int, *, at: datetime | None = None) -> list[Standing]:
    """Every fen of a line in one query: per account and document what stands there and what put it there last.

    `at`: as it stood at this instant, by what had been posted then; None: now. The first row is the appropriation;
    the amounts of the others sum up to it. Empty places are left out.
    """
    rows = session.execute(_EXPLAIN, {"line_id": line_id}) if at is None else _explained_at(session, line_id, at)
    return [
        Standing(Account(row.coa), row.official_code, row.name_zh, row.name_en, row.sub, row.amount_fen, row.event,
                 row.posted_at, row.txn_id, row.source_type, row.source_id)
        for row in rows
    ]  # fmt: skip


def _explained_at(session: Session | Connection, line_id: int, at: datetime) -> Result[Any]:
    if at.tzinfo is None:
        raise MalformedPosting("an instant needs its time zone")
    return session.execute(_EXPLAIN_AT, {"line_id": line_id, "at": at})


def balance_of_standings(line_id: int, standings: Iterable[Standing]) -> LineBalance:
    """What the standings of one line sum up to, account by account; for a past instant there is no stored balance."""
    sums: dict[str, int] = defaultdict(int)
    for one in standings:
        sums[f"{one.account.name.lower()}_fen"] += one.amount_fen
    return LineBalance(line_id, **sums)


def moved_by(
    session: Session | Connection, *, region_code: int, year: int, source_type: str, source_id: str
) -> list[Moved]:
    """What the postings of one document did to the lines' own accounts, by line: the balance before and after each."""
    facts = {"region": region_code, "year": year, "source_type": source_type, "source_id": source_id}
    return [
        Moved(row.line_id, Account(row.coa), row.before_fen, row.after_fen) for row in session.execute(_MOVED, facts)
    ]


def postings_of(
    session: Session | Connection, documents: str | Sequence[str], *, region_code: int, year: int
) -> list[PostedEntry]:
    """Everything posted for these document references, oldest first, in one indexed query.

    A txn belongs to "order:N" when one of its entries is kept for it or when it names it as its causation; all
    entries of such a txn are returned, also those of other documents that moved with it.
    """
    asked = [documents] if isinstance(documents, str) else list(documents)
    rows = session.execute(_POSTINGS, {"documents": asked, "region": region_code, "year": year}).mappings()
    return [PostedEntry(**{**row, "account": Account(row["account"])}) for row in rows]


def _lines(session: Session | Connection, statement, facts: dict) -> list[BudgetLine]:
    return [
        BudgetLine(**{**row, "category_scope": tuple(row["category_scope"])})
        for row in session.execute(statement, facts).mappings()
    ]


_CREATE = text(
    "insert into ledger.budget_line (region, year, unit_id, code, name, function_code, function_name, economic_code,"
    " economic_name, project, fund_source, is_procurement, category_scope, note, created_at) values (:region, :year,"
    " :unit_id, :code, :name, :function_code, :function_name, :economic_code, :economic_name, :project, :fund_source,"
    " :is_procurement, cast(:category_scope as text[]), :note, :created_at) returning id"
)

_LINE = (
    "select id, region as region_code, year, unit_id, code, name, function_code, function_name, economic_code,"
    " economic_name, project, fund_source, is_procurement, category_scope, note, created_at from ledger.budget_line"
)
_BY_ID = text(f"{_LINE} where id = :line_id")
_BY_IDS = text(f"{_LINE} where id = any(cast(:line_ids as bigint[]))")
_BY_CODE = text(f"{_LINE} where region = :region and year = :year and code = :code")
_OF_UNIT = text(f"{_LINE} where region = :region and year = :year and unit_id = :unit_id order by code")
_OF_REGION = text(f"{_LINE} where region = :region and year = :year order by unit_id, code")


def _balance_of(account: Account) -> str:
    # Sums of bigint are numeric in PostgreSQL; money leaves as a whole number.
    name = account.name.lower()
    return f"coalesce(sum(a.balance_fen * a.normal) filter (where a.coa = {int(account)}), 0)::bigint as {name}_fen"


STANDINGS = (
    Account.APPROPRIATION,
    Account.CARRIED_IN,
    Account.AVAILABLE,
    Account.FROZEN,
    Account.LAPSED,
    Account.CARRIED_OUT,
    Account.RESERVED,
    Account.COMMITTED,
    Account.ACCRUED,
    Account.IN_PAYMENT,
    Account.PAID,
)
STANDING_COLUMNS = ", ".join(_balance_of(account) for account in STANDINGS)

_BALANCES = text(
    f"select l.id as line_id, {STANDING_COLUMNS} from ledger.budget_line l"
    " left join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " where l.id = any(cast(:line_ids as bigint[])) group by l.region, l.year, l.id"
)

_STANDING_OF = text(
    "select a.line_id, a.coa, a.balance_fen * a.normal as amount_fen from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " where l.id = any(cast(:line_ids as bigint[])) and a.sub = :document and a.balance_fen <> 0"
)

_EXPLAIN = text(
    "select a.coa, c.official_code, c.name_zh, c.name_en, a.sub, a.balance_fen * a.normal as amount_fen,"
    " t.event, t.posted_at, t.id as txn_id, t.source_type, t.source_id"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'budget'"
    " join ledger.entry e on e.region = a.region and e.year = a.year and e.sub = a.sub and e.line_id = a.line_id"
    " and e.coa = a.coa and e.seq = a.seq"
    " join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id"
    " where l.id = :line_id and a.balance_fen <> 0"
    " order by a.coa, a.sub"
)

# Sums of entries, not the stored running balances: those are in the order of posting, which is not that of the clock.
_EXPLAIN_AT = text(
    "select e.coa, c.official_code, c.name_zh, c.name_en, e.sub, (sum(e.amount_fen) * a.normal)::bigint as amount_fen,"
    " (array_agg(t.event order by t.posted_at desc, t.id desc))[1] as event, max(t.posted_at) as posted_at,"
    " (array_agg(t.id order by t.posted_at desc, t.id desc))[1] as txn_id,"
    " (array_agg(t.source_type order by t.posted_at desc, t.id desc))[1] as source_type,"
    " (array_agg(t.source_id order by t.posted_at desc, t.id desc))[1] as source_id"
    " from ledger.budget_line l"
    " join ledger.account a on a.region = l.region and a.year = l.year and a.line_id = l.id"
    " join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'budget'"
    " join ledger.entry e on e.region = a.region and e.year = a.year and e.sub = a.sub and e.line_id = a.line_id"
    " and e.coa = a.coa and e.seq is not null"
    " join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id"
    " where l.id = :line_id and t.posted_at <= :at"
    " group by e.coa, c.official_code, c.name_zh, c.name_en, e.sub, a.normal"
    " having sum(e.amount_fen) <> 0"
    " order by e.coa, e.sub"
)

_MOVED = text(
    "select e.line_id, e.coa, (e.balance_after_fen - e.amount_fen) * c.normal as before_fen,"
    " e.balance_after_fen * c.normal as after_fen"
    " from ledger.txn t"
    " join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " join ledger.chart_of_accounts c on c.code = e.coa"
    " where t.region = :region and t.year = :year and t.source_type = :source_type and t.source_id = :source_id"
    " and c.book = 'budget' and c.grain = 'line' order by e.line_id, t.id, e.n"
)

_POSTINGS = text(
    "with related as ("
    " select e.txn_id from ledger.entry e where e.region = :region and e.year = :year"
    " and e.sub = any(cast(:documents as text[])) and e.sub <> '' and e.seq is not null"
    " union"
    " select t.id from ledger.txn t where t.region = :region and t.year = :year"
    " and t.causation = any(cast(:documents as text[])))"
    " select t.id as txn_id, t.source_type, t.source_id, t.event, c.book, e.coa as account, c.official_code,"
    " c.name_zh, c.name_en, e.line_id, e.sub as document, e.amount_fen, t.effective_on, t.posted_at, t.actor,"
    " t.memo, t.causation, t.reverses"
    " from related r"
    " join ledger.txn t on t.region = :region and t.year = :year and t.id = r.txn_id"
    " join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " join ledger.chart_of_accounts c on c.code = e.coa"
    " order by t.posted_at, t.id, e.n"
)
