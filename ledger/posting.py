"""How money moves: balanced entries written once, in one round trip, and undone only by their exact negation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import CHART, CHART_BY_ACCOUNT, Account
from ledger.errors import MalformedPosting, translated

POST = (
    "select txn_id, replayed from ledger.post(%s::int, %s::int, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint,"
    " %s::bigint[], %s::smallint[], %s, %s::bigint[])"
)

# In the same round trip, because the lock of the budget line is held already.
_POST_AND_RELEASE_EARLY = POST.replace(
    "select txn_id, replayed", "select txn_id, replayed, set_config('synchronous_commit', 'off', true)"
)
_HOT = frozenset(line.account for line in CHART if line.hot)


#: how the sub-key of a month begins: "month:03" is March of the line's own year
MONTH_PREFIX = "month:"


class Entry(NamedTuple):
    """One side of a movement: debit positive, credit negative, in fen; `sub` is "" for accounts kept per line."""

    account: Account
    line_id: int
    sub: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Posted:
    """The txn that holds the deed; `replayed` when it stood there before this call."""

    txn_id: int
    replayed: bool


def debit(account: Account, *, line_id: int, amount_fen: int, sub: str = "") -> Entry:
    """The debit side; `sub` is the document reference or month and is dropped for accounts kept per line."""
    return Entry(account, line_id, _sub_key(account, sub), _positive(amount_fen))


def credit(account: Account, *, line_id: int, amount_fen: int, sub: str = "") -> Entry:
    """The credit side; `sub` as in `debit`."""
    return Entry(account, line_id, _sub_key(account, sub), -_positive(amount_fen))


def move(*, debit: Account, credit: Account, line_id: int, amount_fen: int, sub: str = "") -> list[Entry]:
    """Both sides of one movement inside one book; the amount is positive fen."""
    if CHART_BY_ACCOUNT[debit].book != CHART_BY_ACCOUNT[credit].book:
        raise MalformedPosting(f"{debit.name} and {credit.name} stand in different books")
    amount_fen = _positive(amount_fen)
    return [
        Entry(debit, line_id, _sub_key(debit, sub), amount_fen),
        Entry(credit, line_id, _sub_key(credit, sub), -amount_fen),
    ]


def post(
    session: Session | Connection,
    *,
    region_code: int,
    year: int,
    source_type: str,
    source_id: str,
    event: str,
    effective_on: date,
    posted_at: datetime,
    actor: str,
    entries: Iterable[Entry],
    memo: str = "",
    causation: str | None = None,
    reverses: int | None = None,
) -> Posted:
    """Write one business event of one document; the entries of each book must sum to zero.

    The identity is (source_type, source_id, event) within region and year: the same again with the same date and
    entries answers the first txn, with other content it is refused. `causation` names the document that led to this
    one ("order:..."), `effective_on` must lie in an open month of `year`.

    Raises LedgerRefusal (ledger.insufficient, replay_differs, period_closed, already_reversed, date_outside_year);
    the transaction is then aborted. Raises MalformedPosting for entries that no template may write.
    """
    if posted_at.tzinfo is None:
        raise MalformedPosting("posted_at needs its time zone")
    netted = net(entries)
    if len(netted) < 2:
        raise MalformedPosting("a posting has two or more entries that do not cancel out")
    accounts, lines, subs, amounts = zip(*netted, strict=True)
    connection = session.connection() if isinstance(session, Session) else session
    releases_early = session.info.get("may_release_early", False) and not _HOT.isdisjoint(accounts)
    try:
        row = connection.exec_driver_sql(
            _POST_AND_RELEASE_EARLY if releases_early else POST,
            (
                region_code, year, source_type, source_id, event, effective_on, posted_at, actor, memo, causation,
                reverses, _array(lines), _array(accounts), list(subs), _array(amounts),
            ),
        ).one()  # fmt: skip
    except DBAPIError as error:
        raise translated(error) from error
    if releases_early:
        # Whoever commits must flush the log before anything leaves the house.
        session.info["released_early"] = True
    return Posted(row[0], row[1])


def reverse(
    session: Session | Connection,
    txn_id: int,
    *,
    region_code: int,
    year: int,
    effective_on: date,
    posted_at: datetime,
    actor: str,
    memo: str = "",
) -> Posted:
    """Negate a txn exactly, once, dated `effective_on`; the new txn points at its original.

    Its event is the original's with ".reversal"; guards hold as for every posting, so money that has moved on
    must come back first. A second reversal is refused with ledger.already_reversed, unless it is the very same.
    """
    original = session.execute(_ORIGINAL, {"region": region_code, "year": year, "txn_id": txn_id}).all()
    if not original:
        raise MalformedPosting(f"no txn {txn_id} in {year} of {region_code}")
    first = original[0]
    return post(
        session,
        region_code=region_code,
        year=year,
        source_type=first.source_type,
        source_id=first.source_id,
        event=f"{first.event}.reversal",
        effective_on=effective_on,
        posted_at=posted_at,
        actor=actor,
        entries=[Entry(Account(row.coa), row.line_id, row.sub, -row.amount_fen) for row in original],
        memo=memo,
        causation=first.causation,
        reverses=txn_id,
    )


def net(entries: Iterable[Entry]) -> Sequence[Entry]:
    """One entry per account, in the order of first mention; what cancels out is left away."""
    sums: dict[tuple[Account, int, str], int] = {}
    for account, line_id, sub, amount_fen in entries:
        key = (account, line_id, sub)
        sums[key] = sums.get(key, 0) + amount_fen
    return [Entry(*key, amount_fen) for key, amount_fen in sums.items() if amount_fen]


_ORIGINAL = text(
    "select t.source_type, t.source_id, t.event, t.causation, e.coa, e.line_id, e.sub, e.amount_fen"
    " from ledger.txn t join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " where t.region = :region and t.year = :year and t.id = :txn_id order by e.n"
)


def _array(numbers: Iterable[int]) -> str:
    # As text literals the parameters keep one type whatever their size: one prepared statement serves all.
    return "{" + ",".join([str(int(number)) for number in numbers]) + "}"


def _positive(amount_fen: int) -> int:
    if type(amount_fen) is not int or amount_fen <= 0:
        raise MalformedPosting(f"an amount is a positive whole number of fen, not {amount_fen!r}")
    return amount_fen


def _sub_key(account: Account, sub: str) -> str:
    grain = CHART_BY_ACCOUNT[account].grain
    if grain == "line":
        return ""
    if not sub or (grain == "month") != sub.startswith(MONTH_PREFIX):
        raise MalformedPosting(f"{account.name} is kept per {grain}, not per {sub!r}")
    return sub
