"""Proves that the sealed books are what was sealed, and says where they are not: every leaf, root and link again.

Reads only, in one pass over cursors of the server, so memory does not grow with the books (but with the number of
budget lines). Give it a connection in a REPEATABLE READ transaction, so that all of it speaks of one moment.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from ledger.seal import Seal
from ledger.seal_anchor import Anchor, anchored_seals
from ledger.seal_digest import (
    ENTRY_FACTS,
    LINE_FACTS,
    TXN_FACTS,
    AlgorithmMissing,
    Hash,
    Tree,
    content_of,
    fields,
    hash_of,
    leaf_of,
    seal_hash,
)
from ledger.seal_guards import SealFinding, verify_guards

_BATCH_ROWS = 2_000
#: how many damaged txns of one region and year are kept to find out whether they only changed places
_COMPARED_MOST = 200


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at in one region and year; `waiting` are the txns that bear no seal yet."""

    region_code: int
    year: int
    seals: int
    txns: int
    waiting: int


def verify(
    connection: Connection,
    *,
    anchors: Iterable[Anchor] = (),
    on_books: Callable[[Verified], None] = lambda verified: None,
) -> Iterator[SealFinding]:
    """Every finding, as it comes; `on_books` hears of each region and year when it is done.

    Without an anchor, whoever may do everything in the database could cut off the end of a chain, or make a new one:
    an anchor kept elsewhere is what he cannot change.
    """
    yield from verify_guards(connection)
    missing = connection.execute(_TABLES_THERE).scalar_one()
    if missing:
        return
    known = anchored_seals(anchors)
    places = {tuple(row) for row in connection.execute(_PLACES)} | set(known)
    for region_code, year in sorted(places):
        books = _Books(connection, region_code=region_code, year=year, anchored=known.get((region_code, year), {}))
        yield from books.findings()
        on_books(books.verified())


@dataclass(slots=True)
class _Member:
    """A sealed txn as it was sealed (leaf) and as it is now (content; None when it is gone)."""

    seq: int
    txn_id: int
    leaf: bytes
    content: bytes | None


@dataclass(slots=True)
class _Books:
    """One region and year under examination."""

    connection: Connection
    region_code: int
    year: int
    anchored: dict[int, list[tuple[str, Seal]]]
    lines: dict[int, bytes] = field(default_factory=dict)
    damaged: list[tuple[_Member, Hash]] = field(default_factory=list)
    seals: int = 0
    txns: int = 0
    waiting: int = 0

    def verified(self) -> Verified:
        return Verified(self.region_code, self.year, self.seals, self.txns, self.waiting)

    def findings(self) -> Iterator[SealFinding]:
        self.lines = {row[0]: fields(*row) for row in self._stream(_LINES)}
        yield from self._chain()
        yield from self._outside_the_chain()

    # -- the chain ----------------------------------------------------------------------------------------------

    def _chain(self) -> Iterator[SealFinding]:
        members = _Peekable(self._members())
        no, seq, previous = 0, 0, b""
        for seal in self._stream(_SEALS):
            self.seals += 1
            if seal.no != no + 1:
                yield self._found("seal.missing", first_no=no + 1, last_no=seal.no - 1)
            elif bytes(seal.previous) != previous or seal.first_seq != seq + 1:
                yield self._found("seal.unchained", no=seal.no)
            try:
                digest = hash_of(seal.algorithm)
            except AlgorithmMissing:
                yield self._found("seal.algorithm_missing", no=seal.no, algorithm=seal.algorithm)
                return
            if self._seal_hash(digest, seal) != bytes(seal.hash):
                yield self._found("seal.changed", no=seal.no)
            yield from self._against_anchors(seal)
            yield from self._batch(seal, digest, members)
            no, seq, previous = seal.no, seal.last_seq, bytes(seal.hash)
        left = members.peek()
        if left is not None:
            yield self._found("seal.missing", first_no=no + 1, first_seq=left.seq, txn_id=left.txn_id)
        for anchored_no in sorted(self.anchored):
            if anchored_no > no:
                for name, known in self.anchored[anchored_no]:
                    yield self._found(
                        "anchor.cut_off", anchor=name, anchored_no=anchored_no, anchored_txns=known.txns,
                        last_no=no, last_seq=seq,
                    )  # fmt: skip

    def _batch(self, seal: Any, digest: Hash, members: "_Peekable") -> Iterator[SealFinding]:
        as_sealed, as_found, differing, expected = Tree(digest), Tree(digest), [], seal.first_seq
        while (member := members.peek()) is not None and member.seq <= seal.last_seq:
            members.take()
            self.txns += 1
            if member.seq < expected:
                continue
            if member.seq > expected:
                yield self._found("member.missing", no=seal.no, first_seq=expected, last_seq=member.seq - 1)
            expected = member.seq + 1
            leaf = self._leaf(digest, member, content=member.content) if member.content is not None else b""
            as_sealed.add(member.leaf)
            as_found.add(leaf)
            if leaf != member.leaf:
                differing.append(member)
        if expected <= seal.last_seq:
            yield self._found("member.missing", no=seal.no, first_seq=expected, last_seq=seal.last_seq)
        if differing and as_found.root() == bytes(seal.root):
            # The txns are what the seal says; somebody changed the leaves written beside them.
            for member in differing:
                yield self._found("member.changed", no=seal.no, seq=member.seq, txn_id=member.txn_id)
            return
        if as_sealed.root() != bytes(seal.root):
            yield self._found("seal.root_differs", no=seal.no, first_seq=seal.first_seq, last_seq=seal.last_seq)
        for member in differing:
            yield from self._damaged(member, digest)

    def _damaged(self, member: _Member, digest: Hash) -> Iterator[SealFinding]:
        if len(self.damaged) < _COMPARED_MOST:
            self.damaged.append((member, digest))
        else:
            yield self._plain(member)

    def _plain(self, member: _Member) -> SealFinding:
        kind = "txn.deleted" if member.content is None else "txn.edited"
        return self._found(kind, txn_id=member.txn_id, seq=member.seq)

    def _against_anchors(self, seal: Any) -> Iterator[SealFinding]:
        for name, known in self.anchored.get(seal.no, []):
            if (known.hash, known.txns) != (bytes(seal.hash).hex(), seal.last_seq):
                yield self._found(
                    "anchor.differs", anchor=name, no=seal.no, anchored=known.hash, found=bytes(seal.hash).hex()
                )

    # -- what is in no seal, and what only changed its place ----------------------------------------------------

    def _outside_the_chain(self) -> Iterator[SealFinding]:
        strangers: list[tuple[int, bytes]] = []
        for txn_id, content in self._unsealed():
            if len(strangers) < _COMPARED_MOST:
                strangers.append((txn_id, content))
            else:
                yield self._found("txn.inserted", txn_id=txn_id)
        for member, digest in self.damaged:
            now_at = self._place_of(member, digest, strangers)
            if now_at is None:
                yield self._plain(member)
                continue
            kind = "txn.renumbered" if any(txn_id == now_at for txn_id, _ in strangers) else "txn.swapped"
            yield self._found(kind, txn_id=member.txn_id, now=now_at, seq=member.seq)
            strangers = [stranger for stranger in strangers if stranger[0] != now_at]
        for txn_id, _ in strangers:
            yield self._found("txn.inserted", txn_id=txn_id)
        if self._one(_COUNTER_BEHIND):
            # Restored from a dump into a younger server: what is posted now would sort before what is sealed.
            yield self._found("server.counter_behind")
        self.waiting = self._one(_WAITING)

    def _place_of(self, member: _Member, digest: Hash, strangers: list[tuple[int, bytes]]) -> int | None:
        """The number under which the sealed content of this place stands now; None when it stands nowhere."""
        others = [(other.txn_id, other.content) for other, _ in self.damaged if other is not member]
        for txn_id, content in [*strangers, *others]:
            if content is not None and self._leaf(digest, member, content=content) == member.leaf:
                return txn_id
        return None

    # -- reading ------------------------------------------------------------------------------------------------

    def _leaf(self, digest: Hash, member: _Member, *, content: bytes) -> bytes:
        return leaf_of(
            digest, content, region_code=self.region_code, year=self.year, seq=member.seq, txn_id=member.txn_id
        )

    def _seal_hash(self, digest: Hash, seal: Any) -> bytes:
        return seal_hash(
            digest,
            region_code=self.region_code,
            year=self.year,
            no=seal.no,
            algorithm=seal.algorithm,
            first_seq=seal.first_seq,
            last_seq=seal.last_seq,
            last_xid=seal.last_xid,
            last_txn_id=seal.last_txn_id,
            sealed_at=seal.sealed_at,
            root=bytes(seal.root),
            previous=bytes(seal.previous),
        )

    def _members(self) -> Iterator[_Member]:
        for (seq, txn_id, leaf), rows in groupby(self._stream(_MEMBERS), key=lambda row: (row[0], row[1], row[2])):
            yield _Member(seq, txn_id, bytes(leaf), self._content([row[3:] for row in rows]))

    def _unsealed(self) -> Iterator[tuple[int, bytes]]:
        for txn_id, rows in groupby(self._stream(_UNSEALED), key=lambda row: row[0]):
            content = self._content([row[0:] for row in rows])
            if content is not None:
                yield txn_id, content

    def _content(self, rows: list[Any]) -> bytes | None:
        """Rows of (txn id or None, TXN_FACTS, ENTRY_FACTS or Nones) of one txn."""
        if rows[0][0] is None:
            return None
        txn = tuple(rows[0][1 : 1 + len(TXN_FACTS)])
        entries = [tuple(row[1 + len(TXN_FACTS) :]) for row in rows if row[1 + len(TXN_FACTS)] is not None]
        return content_of(txn, entries, lines=self.lines)

    def _stream(self, question: Any) -> Iterator[Any]:
        place = {"region": self.region_code, "year": self.year}
        yield from self.connection.execute(question, place, execution_options={"yield_per": _BATCH_ROWS})

    def _one(self, question: Any) -> int:
        place = {"region": self.region_code, "year": self.year}
        return self.connection.execute(question, place).scalar_one()

    def _found(self, kind: str, **facts: Any) -> SealFinding:
        return SealFinding(kind, self.region_code, self.year, facts)


class _Peekable:
    """An iterator whose next element can be looked at before it is taken."""

    def __init__(self, members: Iterator[_Member]) -> None:
        self._members = members
        self._next = next(members, None)

    def peek(self) -> _Member | None:
        return self._next

    def take(self) -> None:
        self._next = next(self._members, None)


_TABLES_THERE = text("select to_regclass('ledger.seal') is null or to_regclass('ledger.sealed_txn') is null")
_PLACES = text("select region, year from ledger.period union select region, year from ledger.seal")
_LINES = text("select " + ", ".join(LINE_FACTS) + " from ledger.budget_line l where region = :region and year = :year")
_SEALS = text(
    "select no, algorithm, first_seq, last_seq, last_xid::text as last_xid, last_txn_id, sealed_at, root, previous,"
    " hash from ledger.seal where region = :region and year = :year order by no"
)
_FACTS = "t.id, " + ", ".join(TXN_FACTS) + ", " + ", ".join(ENTRY_FACTS)
_MEMBERS = text(
    f"select s.seq, s.txn_id, s.leaf, {_FACTS} from ledger.sealed_txn s"
    " left join ledger.txn t on t.region = s.region and t.year = s.year and t.id = s.txn_id"
    " left join ledger.entry e on e.region = s.region and e.year = s.year and e.txn_id = s.txn_id"
    " where s.region = :region and s.year = :year order by s.seq, e.n"
)
_LAST = (
    "(select last_xid, last_txn_id from ledger.seal where region = :region and year = :year order by no desc limit 1)"
)
# Behind the last seal a txn only waits; before it, it should have been sealed.
_UNSEALED = text(
    f"select {_FACTS} from ledger.txn t join {_LAST} last on (t.xid, t.id) <= (last.last_xid, last.last_txn_id)"
    " left join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " where t.region = :region and t.year = :year and not exists (select from ledger.sealed_txn s"
    " where s.region = t.region and s.year = t.year and s.txn_id = t.id) order by t.id, e.n"
)
_COUNTER_BEHIND = text(
    f"select exists (select from {_LAST} last where last.last_xid >= pg_snapshot_xmax(pg_current_snapshot()))"
)
_WAITING = text(
    f"select count(*) from ledger.txn t left join {_LAST} last on true"
    " where t.region = :region and t.year = :year"
    " and (last.last_xid is null or (t.xid, t.id) > (last.last_xid, last.last_txn_id))"
)
