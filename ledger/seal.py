"""Seals settled txns in batches, one chain for each region and year, and answers which seals stand last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.errors import translated
from ledger.seal_digest import (
    DEFAULT_ALGORITHM,
    ENTRY_FACTS,
    LINE_FACTS,
    TXN_FACTS,
    content_of,
    fields,
    hash_of,
    leaf_of,
    root_of,
    seal_hash,
)

#: txns under one seal: small enough to be read again in a moment when one of them is questioned
MOST_TXNS = 1_000


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal: `txns` is how many of its region and year are sealed up to and with it; `hash` is hexadecimal."""

    region_code: int
    year: int
    no: int
    algorithm: str
    txns: int
    hash: str
    sealed_at: datetime


def books(session: Session | Connection) -> list[tuple[int, int]]:
    """Every (region, year) that was ever opened, in order."""
    return [tuple(row) for row in session.execute(_BOOKS)]


def seal_next(
    session: Session | Connection,
    *,
    region_code: int,
    year: int,
    sealed_at: datetime,
    algorithm: str = DEFAULT_ALGORITHM,
    most_txns: int = MOST_TXNS,
) -> Seal | None:
    """Seal the oldest settled txns of this region and year that bear no seal yet, inside the caller's transaction.

    Settled is what began before every transaction still under way. None when nothing is settled, or when somebody
    else is sealing these books at this moment. Raises AlgorithmMissing.
    """
    digest = hash_of(algorithm)
    connection = session.connection() if isinstance(session, Session) else session
    place = {"region": region_code, "year": year}
    if not connection.execute(_MY_TURN, place).scalar_one():
        return None
    txn_ids = connection.execute(_TO_SEAL, {**place, "most": most_txns}).scalar_one()
    if not txn_ids:
        return None
    last = connection.execute(_LAST, place).one_or_none()
    no, first_seq, previous = (last.no + 1, last.last_seq + 1, bytes(last.hash)) if last else (1, 1, b"")
    contents = _contents(connection, txn_ids, region_code=region_code, year=year)
    leaves = [
        leaf_of(digest, contents[txn_id], region_code=region_code, year=year, seq=seq, txn_id=txn_id)
        for seq, txn_id in enumerate(txn_ids, start=first_seq)
    ]
    root = root_of(digest, leaves)
    last_seq = first_seq + len(txn_ids) - 1
    seal = seal_hash(
        digest,
        region_code=region_code,
        year=year,
        no=no,
        algorithm=algorithm,
        first_seq=first_seq,
        last_seq=last_seq,
        last_xid=connection.execute(_XID, {**place, "txn_id": txn_ids[-1]}).scalar_one(),
        last_txn_id=txn_ids[-1],
        sealed_at=sealed_at,
        root=root,
        previous=previous,
    )
    try:
        connection.exec_driver_sql(
            _APPEND, (region_code, year, no, algorithm, sealed_at, txn_ids, leaves, root, previous, seal)
        )
    except DBAPIError as error:
        raise translated(error) from error
    return Seal(region_code, year, no, algorithm, last_seq, seal.hex(), sealed_at)


def latest_seals(session: Session | Connection, *, until: datetime | None = None) -> list[Seal]:
    """The last seal of every region and year, or the last one before the instant `until`."""
    rows = session.execute(_LATEST, {"until": until})
    return [
        Seal(row.region, row.year, row.no, row.algorithm, row.last_seq, bytes(row.hash).hex(), row.sealed_at)
        for row in rows
    ]


def _contents(connection: Connection, txn_ids: list[int], *, region_code: int, year: int) -> dict[int, bytes]:
    facts = {"region": region_code, "year": year, "txn_ids": txn_ids}
    entries: dict[int, list[tuple]] = {txn_id: [] for txn_id in txn_ids}
    for txn_id, *entry in connection.execute(_ENTRIES, facts):
        entries[txn_id].append(tuple(entry))
    line_ids = {entry[1] for written in entries.values() for entry in written}
    lines = {
        row[0]: fields(*row)
        for row in connection.execute(_LINES, {"region": region_code, "year": year, "line_ids": list(line_ids)})
    }
    return {txn_id: content_of(txn, entries[txn_id], lines=lines) for txn_id, *txn in connection.execute(_TXNS, facts)}


_BOOKS = text("select distinct region, year from ledger.period order by region, year")
_MY_TURN = text("select pg_try_advisory_xact_lock(ledger.lock_key(3, :region, :year, 0))")
_TO_SEAL = text("select ledger.txns_to_seal(:region, :year, :most)")
_LAST = text(
    "select no, last_seq, hash from ledger.seal where region = :region and year = :year order by no desc limit 1"
)
_XID = text("select xid::text from ledger.txn where region = :region and year = :year and id = :txn_id")
_TXNS = text(
    "select t.id, " + ", ".join(TXN_FACTS) + " from ledger.txn t"
    " where t.region = :region and t.year = :year and t.id = any(:txn_ids)"
)
_ENTRIES = text(
    "select e.txn_id, " + ", ".join(ENTRY_FACTS) + " from ledger.entry e"
    " where e.region = :region and e.year = :year and e.txn_id = any(:txn_ids) order by e.txn_id, e.n"
)
_LINES = text(
    "select " + ", ".join(LINE_FACTS) + " from ledger.budget_line l"
    " where l.region = :region and l.year = :year and l.id = any(:line_ids)"
)
_APPEND = (
    "select ledger.append_seal(%s::int, %s::int, %s::int, %s, %s, %s::bigint[], %s::bytea[], %s::bytea, %s::bytea,"
    " %s::bytea)"
)
_LATEST = text(
    "select s.* from (select distinct region, year from ledger.period) b cross join lateral ("
    " select region, year, no, algorithm, last_seq, hash, sealed_at from ledger.seal s"
    " where s.region = b.region and s.year = b.year"
    " and (cast(:until as timestamptz) is null or s.sealed_at < :until) order by no desc limit 1) s"
    " order by s.region, s.year"
)
