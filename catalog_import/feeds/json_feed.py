"""JSON lines: one object a line, or one array of objects; members are named like the columns of a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import polars as pl

from catalog_import.feed_shelf import (
    BLOCK_ROWS,
    CELL_CHARACTERS_MAX,
    COLUMNS_MAX,
    ROWS_MAX,
    FeedTable,
    ReportForm,
    ReportRow,
    text_block,
)
from catalog_import.item_table import HEADER_ROW
from catalog_import.json_items import cell_of, load_json, parse_json, with_remarks, write_line
from catalog_import.report_titles import CODES_TITLE, WORDS_TITLE
from mall.errors import Refusal

NAME = "json"
TITLE = "JSON Lines"
EXTENSIONS = (".jsonl", ".ndjson", ".json")
MEDIA_TYPE = "application/x-ndjson"
IS_TREE = True

_LINKED = (b'"@context"', b'"@graph"', b'"@type"')
#: what was on a line that is no object
ORIGINAL = "原文"
_UNREADABLE = "row.unreadable"


def sniff(*, head: bytes, file_name: str) -> bool:
    """Text that begins with an object or an array, and speaks of no linked data."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and not any(word in head for word in _LINKED)


def guard(path: Path) -> None:
    """Nothing in JSON is dangerous before it is read; the child keeps the limits of memory."""


def read(path: Path) -> FeedTable:
    """A row for each object; the header are the members' names in the order in which they first occur.

    A line that is no object stays where it is, as a faulty row. Raises Refusal "import.broken_json" for an array
    that breaks off, "import.too_many_columns", "import.too_many_rows", "import.no_items".
    """
    names: dict[str, None] = {}
    for number, given in enumerate(_objects(path), start=1):
        if number > ROWS_MAX:
            raise Refusal("import.too_many_rows", rows_max=ROWS_MAX)
        if isinstance(given, dict):
            names.update(dict.fromkeys(given))
        if len(names) > COLUMNS_MAX:
            raise Refusal("import.too_many_columns", columns=len(names), columns_max=COLUMNS_MAX, row=number)
    if not names:
        raise Refusal("import.no_items")
    # Remarks of an earlier report stand last, as in a table.
    remarks = [title for title in (CODES_TITLE, WORDS_TITLE) if names.pop(title, 0) is None]
    return FeedTable(blocks=_blocks(path, names=[*names, *remarks]), encoding="utf-8")


def write_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
    """The sender's objects, one a line, with two more members; of an array as well. Only the rows that are given."""
    if form.source is None:
        raise Refusal("import.file_gone")
    objects = enumerate(_objects(form.source), start=HEADER_ROW + 1)
    for row in rows:
        if row.row_number <= HEADER_ROW:
            continue
        given = next((one for number, one in objects if number == row.row_number), None)
        write_line(target, with_remarks(given if isinstance(given, dict) else {ORIGINAL: given}, row))


def _objects(path: Path) -> Iterator[Any]:
    """Every value of the file; a line that cannot be read comes as the text it is."""
    with path.open("rb") as file:
        beginning = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if beginning == b"[":
        whole = load_json(path)
        yield from whole if isinstance(whole, list) else [whole]
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
        for line in lines:
            if line.strip():
                yield _object_of(line)


def _object_of(line: str) -> Any:
    try:
        return parse_json(line)
    except (ValueError, RecursionError):
        return line.rstrip("\r\n")


def _blocks(path: Path, *, names: list[str]) -> Iterator[pl.DataFrame]:
    yield _block([dict(zip(names, names, strict=True))], names=names, first_row=HEADER_ROW)
    row, objects = HEADER_ROW + 1, _objects(path)
    while batch := list(itertools.islice(objects, BLOCK_ROWS)):
        yield _block(batch, names=names, first_row=row)
        row += len(batch)


def _block(objects: list[Any], *, names: list[str], first_row: int) -> pl.DataFrame:
    readable = [given if isinstance(given, dict) else {} for given in objects]
    return text_block(
        list(range(first_row, first_row + len(objects))),
        [[cell_of(given.get(name))[:CELL_CHARACTERS_MAX] for name in names] for given in readable],
        [None if isinstance(given, dict) else _UNREADABLE for given in objects],
    )
