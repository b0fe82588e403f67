"""What a seal is made of: which facts of a txn are hashed and how, the tree over a batch, the chain over the batches.

Everything here is arithmetic on given facts, so that whoever holds an export can do it again:

- a field is four bytes of length (big-endian) and its UTF-8 text; a missing one is four bytes 255;
- a leaf is hash(00, version, region, year, seq, txn id, the txn's facts, its entries, their budget lines);
- the tree is that of RFC 6962: a node is hash(01, left, right), an odd one is carried up as it is;
- a seal is hash(02, version, its own facts, root of the tree, hash of the seal before it or nothing).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

ALGORITHMS = ("sha256", "sm3")
DEFAULT_ALGORITHM = "sha256"

#: What stands in a leaf, in this order; each is an SQL expression over ledger.txn t, ledger.entry e, budget_line l.
TXN_FACTS = (
    "t.xid::text",
    "(extract(epoch from t.posted_at) * 1000000)::bigint",
    "to_char(t.effective_on, 'YYYY-MM-DD')",
    "t.source_type",
    "t.source_id",
    "t.event",
    "t.actor",
    "t.memo",
    "t.causation",
    "t.reverses",
)
ENTRY_FACTS = ("e.n", "e.line_id", "e.coa", "e.sub", "e.amount_fen", "e.seq", "e.balance_after_fen")
LINE_FACTS = (
    "l.id", "l.unit_id", "l.is_procurement", "l.code", "l.name", "l.function_code", "l.function_name",
    "l.economic_code", "l.economic_name", "l.project", "l.fund_source", "array_to_string(l.category_scope, ' ')",
    "l.note",
)  # fmt: skip

_LEAF_VERSION, _SEAL_VERSION = "sunmall-leaf-1", "sunmall-seal-1"
_NOTHING = b"\xff\xff\xff\xff"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Hash = Callable[[bytes], bytes]


class AlgorithmMissing(ValueError):
    """This machine's OpenSSL cannot compute the wanted hash, or it is none of ALGORITHMS."""


def hash_of(algorithm: str) -> Hash:
    """The hash function of this name; raises AlgorithmMissing."""
    if algorithm not in ALGORITHMS:
        raise AlgorithmMissing(algorithm)
    try:
        hashlib.new(algorithm)
    except ValueError as missing:
        raise AlgorithmMissing(algorithm) from missing
    return lambda content: hashlib.new(algorithm, content).digest()


def fields(*values: object) -> bytes:
    """The values one after the other, each with its length before it; None differs from the empty text."""
    parts = []
    for value in values:
        if value is None:
            parts.append(_NOTHING)
        else:
            encoded = str(value).encode()
            parts += (len(encoded).to_bytes(4, "big"), encoded)
    return b"".join(parts)


def content_of(txn: Sequence[object], entries: Sequence[Sequence[object]], *, lines: dict[int, bytes]) -> bytes:
    """All facts of a txn but its place: TXN_FACTS, then each entry's ENTRY_FACTS, then the budget lines they name.

    `lines` holds `fields(*LINE_FACTS)` by line id; a line that is not there counts as missing.
    """
    named = sorted({entry[1] for entry in entries})
    parts = [fields(*txn, len(entries))]
    parts += [fields(*entry) for entry in entries]
    parts += [lines.get(line_id, _NOTHING) for line_id in named]
    return b"".join(parts)


def leaf_of(digest: Hash, content: bytes, *, region_code: int, year: int, seq: int, txn_id: int) -> bytes:
    """The hash of a txn at its place in the sealed order."""
    return digest(b"\x00" + fields(_LEAF_VERSION, region_code, year, seq, txn_id) + content)


class Tree:
    """The root over leaves given one by one; keeps as many nodes as the tree is high."""

    def __init__(self, digest: Hash) -> None:
        self._digest = digest
        self._whole: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """The next leaf."""
        height, node = 0, leaf
        while self._whole and self._whole[-1][0] == height:
            node = self._digest(b"\x01" + self._whole.pop()[1] + node)
            height += 1
        self._whole.append((height, node))

    def root(self) -> bytes:
        """The root over all leaves so far; empty without any."""
        root = b""
        for _, node in reversed(self._whole):
            root = self._digest(b"\x01" + node + root) if root else node
        return root


def root_of(digest: Hash, leaves: Iterable[bytes]) -> bytes:
    """The root over a batch."""
    tree = Tree(digest)
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def seal_hash(
    digest: Hash,
    *,
    region_code: int,
    year: int,
    no: int,
    algorithm: str,
    first_seq: int,
    last_seq: int,
    last_xid: str,
    last_txn_id: int,
    sealed_at: datetime,
    root: bytes,
    previous: bytes,
) -> bytes:
    """The hash of a seal: its own facts, the root of its batch and the hash before it."""
    microseconds = (sealed_at - _EPOCH) // timedelta(microseconds=1)
    facts = (_SEAL_VERSION, region_code, year, no, algorithm, first_seq, last_seq, last_xid, last_txn_id, microseconds)
    return digest(b"\x02" + fields(*facts, root.hex(), previous.hex()))
