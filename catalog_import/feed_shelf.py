"""The contract of a format, and the shelf on which formats are found."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import polars as pl

from catalog_import import feeds as _feeds
from mall import shelf
from mall.errors import Refusal

#: Limits every format keeps; a file beyond them is refused with the figure named.
COLUMNS_MAX = 120
ROWS_MAX = 2_000_000
CELL_CHARACTERS_MAX = 200_000
#: Rows among which the header row is looked for.
HEADER_ROWS = 20
BLOCK_ROWS = 20_000


@dataclass(frozen=True)
class FeedTable:
    """An open file as blocks of text cells.

    A block has `row` (number in the source, from 1), `cells` (how many cells the row has),
    `fault` (a code of the rule table or null) and the cells as `c000`, `c001`, ...
    Blocks never hold rows without any text.
    """

    blocks: Iterator[pl.DataFrame]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportRow:
    """A row of the report: the sender's own cells, then what we say about it.

    `flagged` are the positions of cells to be coloured; severity is error, warning, info or "".
    """

    row_number: int
    cells: Sequence[str]
    codes: str = ""
    words: str = ""
    severity: str = ""
    flagged: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class ReportForm:
    """How the sender wrote the file, so that the report comes back the same way.

    `source` is the file itself, for formats that are no tables; None once it has been thrown away.
    """

    encoding: str
    delimiter: str
    sheet: str
    header_row: int
    width: int
    source: Path | None = None


class Feed(Protocol):
    """What a module on the shelf `catalog_import.feeds` offers."""

    NAME: str
    TITLE: str
    EXTENSIONS: tuple[str, ...]
    MEDIA_TYPE: str
    #: Whether the report is the sender's own file again with remarks in it, and not a table of its rows.
    IS_TREE: bool

    def sniff(self, *, head: bytes, file_name: str) -> bool:
        """Whether a file that begins with `head` (up to 4 KiB) is of this format."""

    def guard(self, path: Path) -> None:
        """Refuse a hostile or broken file before anything parses it."""

    def read(self, path: Path) -> FeedTable:
        """Open the file; runs in the child process, with its limits."""

    def write_report(self, target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
        """Write the sender's rows with two more columns; formulas are neutralised."""


def all_feeds() -> list[Feed]:
    """Every format on the shelf, in name order."""
    return shelf.modules_on(_feeds.__name__)  # type: ignore[return-value]


def feed_named(name: str) -> Feed:
    """The format of that name; a name nobody has is a bug."""
    return next(feed for feed in all_feeds() if name == feed.NAME)


def recognise_format(*, head: bytes, file_name: str) -> Feed:
    """The format of a file by its first bytes; refuses what no format takes, with what to do instead."""
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # The old binary workbook; also what an encrypted .xlsx looks like from outside.
        raise Refusal("import.old_workbook", file_name=file_name)
    if not head.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n"):
        raise Refusal("import.empty_file", file_name=file_name)
    for feed in all_feeds():
        if feed.sniff(head=head, file_name=file_name):
            return feed
    known = "、".join(extension for feed in all_feeds() for extension in feed.EXTENSIONS)
    raise Refusal("import.unknown_format", file_name=file_name, known=known)


def cell_columns(width: int) -> list[str]:
    """The names of `width` cell columns of a block."""
    return [f"c{position:03d}" for position in range(width)]


def text_block(numbers: list[int], rows: list[list[str]], faults: list[str | None]) -> pl.DataFrame:
    """A block (shape: FeedTable) of rows with these numbers; a row that is shorter than others is filled up."""
    columns = list(itertools.zip_longest(*rows, fillvalue=""))
    head = [
        pl.Series("row", numbers, dtype=pl.Int64),
        pl.Series("cells", [len(row) for row in rows], dtype=pl.Int64),
        pl.Series("fault", faults, dtype=pl.String),
    ]
    names = cell_columns(len(columns))
    cells = [pl.Series(name, column, dtype=pl.String) for name, column in zip(names, columns, strict=True)]
    return pl.DataFrame(head + cells)


def neutralise_formula(text: str) -> str:
    """The same text as a spreadsheet will show it and never run it."""
    return "'" + text if text[:1] in _FORMULA_LEADING else text


_FORMULA_LEADING = frozenset("=+-@\t\r＝＋－＠")
