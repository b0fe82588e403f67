"""CSV and its cousins: any of four delimiters, UTF-8 with or without mark, UTF-16 with mark, GB18030."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import polars as pl

from catalog_import.feed_shelf import (
    BLOCK_ROWS,
    CELL_CHARACTERS_MAX,
    COLUMNS_MAX,
    HEADER_ROWS,
    ROWS_MAX,
    FeedTable,
    ReportForm,
    ReportRow,
    neutralise_formula,
    text_block,
)
from catalog_import.recognise_feed import best_header
from mall.errors import Refusal

NAME = "csv"
TITLE = "CSV"
EXTENSIONS = (".csv", ".txt", ".tsv")
MEDIA_TYPE = "text/csv"
IS_TREE = False

DELIMITERS = (",", ";", "\t", "|")
_READ_BYTES = 1 << 20
# Big5 read as GB18030 lands in the private-use area; real Chinese text hardly ever does.
_DOUBTFUL = re.compile("[\ue000-\uf8ff\ufffd]")
_DOUBTFUL_PER_THOUSAND = 1


def sniff(*, head: bytes, file_name: str) -> bool:
    """A text file with one of our extensions, or any text that has a delimiter in its first line."""
    if head.startswith((b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")):
        return False
    if Path(file_name).suffix.lower() in EXTENSIONS:
        return True
    first_line = head.split(b"\n", 1)[0]
    return b"\x00" not in head and not first_line.lstrip().startswith((b"<", b"{", b"[")) and b"," in first_line


def guard(path: Path) -> None:
    """Nothing in plain text is dangerous before it is read; the reader itself keeps the limits."""


def read(path: Path) -> FeedTable:
    """Settle encoding and delimiter, then stream the rows."""
    encoding = find_encoding(path)
    delimiter = find_delimiter(path, encoding=encoding)
    return FeedTable(
        blocks=_blocks(path, encoding=encoding, delimiter=delimiter), encoding=encoding, delimiter=delimiter
    )


def find_encoding(path: Path) -> str:
    """By mark, then the whole file as strict UTF-8, then as strict GB18030.

    Refuses text that is neither, with the first byte that cannot be read, and text that only
    seems to be GB18030.
    """
    with path.open("rb") as file:
        mark = file.read(4)
    broken_utf8_at: int | None = None
    if mark.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    else:
        broken_utf8_at = _first_broken_byte(path, encoding="utf-8")
        encoding = "utf-8" if broken_utf8_at is None else "gb18030"
    broken_at = None if encoding == "utf-8" else _first_broken_byte(path, encoding=encoding)
    if broken_at is not None:
        # The encoding that carries further is the one that was meant.
        broken_at = max(broken_at, broken_utf8_at or 0)
        raise Refusal("import.encoding_unknown", byte=broken_at, row=_line_of(path, byte=broken_at))
    if encoding == "gb18030":
        _refuse_doubtful(path)
    return encoding


def find_delimiter(path: Path, *, encoding: str) -> str:
    """The delimiter under which the first rows show the most known headers, then the widest ones."""
    with path.open(encoding=encoding, newline="") as file:
        beginning = file.read(256 * 1024)

    def score(delimiter: str) -> tuple[int, int, int]:
        rows = list(itertools.islice(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter), HEADER_ROWS))
        header = best_header(list(enumerate(rows, start=1)))
        known = header.score if header else 0
        return known, max((len(row) for row in rows), default=0), -DELIMITERS.index(delimiter)

    csv.field_size_limit(CELL_CHARACTERS_MAX * 2)
    return max(DELIMITERS, key=score)


def write_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
    """In the sender's encoding and delimiter, each row on the record it came from."""
    text = io.TextIOWrapper(target, encoding=form.encoding, newline="", errors="backslashreplace", write_through=True)
    writer = csv.writer(text, delimiter=form.delimiter or ",", lineterminator="\r\n")
    at = 0
    for row in rows:
        # Blank records keep later rows on the numbers the supplier knows; a gap of thousands is not worth it.
        for _ in range(min(row.row_number - at - 1, 50)):
            writer.writerow([])
        at = row.row_number
        cells = [neutralise_formula(cell) for cell in row.cells]
        cells += [""] * (form.width - len(cells))
        writer.writerow([*cells, row.codes, row.words] if row.codes or row.row_number >= form.header_row else cells)
    text.detach()


class _KeptLines:
    """The physical lines of a file; keeps those of the record being read, to see a quote left open."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self.record: list[str] = []

    def __iter__(self) -> _KeptLines:
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self.record.append(line)
        return line


def _blocks(path: Path, *, encoding: str, delimiter: str) -> Iterator[pl.DataFrame]:
    numbers: list[int] = []
    rows: list[list[str]] = []
    faults: list[str | None] = []
    for number, row, fault in _records(path, encoding=encoding, delimiter=delimiter):
        if len(row) > COLUMNS_MAX:
            raise Refusal("import.too_many_columns", columns=len(row), columns_max=COLUMNS_MAX, row=number)
        if number > ROWS_MAX:
            raise Refusal("import.too_many_rows", rows_max=ROWS_MAX)
        if fault is None and not any(cell and not cell.isspace() for cell in row):
            continue
        numbers.append(number)
        rows.append(row)
        faults.append(fault)
        if len(rows) >= BLOCK_ROWS:
            yield text_block(numbers, rows, faults)
            numbers, rows, faults = [], [], []
    if rows:
        yield text_block(numbers, rows, faults)


def _records(path: Path, *, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str], str | None]]:
    """(record number, cells, fault): the last record is held back until it is known whether its quote was closed."""
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    with path.open(encoding=encoding, newline="") as file:
        lines = _KeptLines(file)
        reader = csv.reader(lines, delimiter=delimiter)
        held: list[str] | None = None
        for number in itertools.count(1):
            record, lines.record = lines.record, []
            try:
                row = next(reader)
            except StopIteration:
                if held is not None:
                    fault = "row.open_quote" if _ends_inside_quote(record, delimiter=delimiter) else None
                    yield number - 1, held, fault
                return
            except csv.Error:
                # A cell beyond all measure; what follows cannot be told apart any more.
                if held is not None:
                    yield number - 1, held, None
                yield number, [""], "row.unreadable"
                return
            if held is not None:
                yield number - 1, held, None
            held = row


def _ends_inside_quote(record: list[str], *, delimiter: str) -> bool:
    try:
        list(csv.reader(record, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _first_broken_byte(path: Path, *, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    done = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_READ_BYTES)
            kept = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return max(done - kept, 0) + error.start
            if not block:
                return None
            done += len(block)


def _line_of(path: Path, *, byte: int) -> int:
    with path.open("rb") as file:
        return file.read(byte).count(b"\n") + 1


def _refuse_doubtful(path: Path) -> None:
    doubtful = foreign = 0
    with path.open(encoding="gb18030", newline="") as file:
        while text := file.read(_READ_BYTES):
            foreign += sum(1 for character in text if character > "\x7f")
            doubtful += len(_DOUBTFUL.findall(text))
    if doubtful * 1000 > foreign * _DOUBTFUL_PER_THOUSAND:
        raise Refusal("import.encoding_doubtful", characters=doubtful)
