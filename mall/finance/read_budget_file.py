"""Reading a budget workbook (XLSX or CSV) into rows of text by our columns; nothing in it is ever computed."""

from __future__ import annotations

import csv
import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import fastexcel

from mall.errors import Refusal
from mall.finance.budget_file_columns import COLUMNS, BudgetColumn

FILE_BYTES_MAX = 4 * 1024 * 1024
UNFOLDED_BYTES_MAX = 128 * 1024 * 1024
ROWS_MAX = 5_000
_COLUMNS_MAX = 100
_HEADER_WITHIN = 10
_CELL_MAX = 500
#: what a damaged or hostile archive raises, by the way it was made
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
#: two pieces overlap by this much, so that no mark is cut in two
_OVERLAP_BYTES = 256
#: where a cell says it stands
_CELL_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")


@dataclass(frozen=True)
class BudgetFileRow:
    """One filled row: its number as the sender sees it, and the cells by our column names.

    `is_too_wide`: it has more cells than the header, as when an amount with a comma was not quoted.
    """

    row_number: int
    cells: dict[str, str]
    is_too_wide: bool = False


def read_budget_file(content: bytes, *, columns: Sequence[BudgetColumn] = COLUMNS) -> list[BudgetFileRow]:
    """The filled rows below the header; other tables come in the same way with columns of their own.

    Raises Refusal "workbook.too_big", "workbook.not_readable", "workbook.columns_missing",
    "workbook.too_many_rows", "workbook.empty".
    """
    if len(content) > FILE_BYTES_MAX:
        raise Refusal("workbook.too_big", size_bytes=len(content), size_bytes_max=FILE_BYTES_MAX)
    table = _workbook(content) if content.startswith(b"PK\x03\x04") else _text_file(content)
    found = list(_rows(table, columns=columns))
    if not found:
        raise Refusal("workbook.empty")
    return found


def _rows(table: Iterable[list[str]], *, columns: Sequence[BudgetColumn]) -> Iterator[BudgetFileRow]:
    positions: dict[str, int] = {}
    best: dict[str, int] = {}
    count = width = 0
    for row_number, cells in enumerate(table, start=1):
        if not positions:
            candidate = _header(cells, columns=columns)
            best = max(best, candidate, key=len)
            if not _missing(candidate, columns=columns):
                positions, width = candidate, len(cells)
            elif row_number >= _HEADER_WITHIN:
                break
            continue
        if not any(cells):
            continue
        count += 1
        if count > ROWS_MAX:
            raise Refusal("workbook.too_many_rows", rows_max=ROWS_MAX)
        yield BudgetFileRow(
            row_number=row_number,
            cells={name: cells[place] if place < len(cells) else "" for name, place in positions.items()},
            is_too_wide=any(cells[width:]),
        )
    if not positions:
        raise Refusal("workbook.columns_missing", columns=_missing(best, columns=columns))


def _header(cells: list[str], *, columns: Sequence[BudgetColumn]) -> dict[str, int]:
    """{column: position} of the titles that this row carries."""
    titles = {_folded(title): column.name for column in columns for title in (column.title, *column.aliases)}
    found: dict[str, int] = {}
    for position, cell in enumerate(cells):
        name = titles.get(_folded(cell))
        if name is not None:
            found.setdefault(name, position)
    return found


def _missing(found: dict[str, int], *, columns: Sequence[BudgetColumn]) -> list[str]:
    return [column.title for column in columns if column.is_required and column.name not in found]


def _folded(title: str) -> str:
    return unicodedata.normalize("NFKC", title).replace(" ", "").rstrip("*").casefold()


def _clean(cell: object) -> str:
    text = unicodedata.normalize("NFC", "" if cell is None else str(cell))
    return "".join(character for character in text if character.isprintable()).strip()[:_CELL_MAX]


def _workbook(content: bytes) -> Iterator[list[str]]:
    _look_through(content)
    try:
        reader = fastexcel.read_excel(content)
        sheet = reader.load_sheet(
            0, header_row=None, skip_rows=0, n_rows=ROWS_MAX + _HEADER_WITHIN + 2, dtypes="string"
        )
        frame = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise Refusal("workbook.not_readable") from error
    if frame.width > _COLUMNS_MAX:
        raise Refusal("workbook.not_readable")
    return ([_clean(cell) for cell in row] for row in frame.iter_rows())


def _look_through(content: bytes) -> None:
    """Unfold every part once in small pieces: no bomb, no entities, a workbook at all."""
    unfolded = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise Refusal("workbook.not_readable")
            for part in archive.infolist():
                with archive.open(part) as stream:
                    kept = b""
                    while piece := stream.read(1 << 16):
                        unfolded += len(piece)
                        window, kept = kept + piece, (kept + piece)[-_OVERLAP_BYTES:]
                        if unfolded > UNFOLDED_BYTES_MAX or b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                            raise Refusal("workbook.not_readable")
                        if part.filename.startswith("xl/worksheets/"):
                            _require_near(window)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        lzma.LZMAError,
    ) as error:
        raise Refusal("workbook.not_readable") from error


def _require_near(window: bytes) -> None:
    """No cell far out: readers allocate the whole rectangle up to the last cell."""
    for found in _CELL_PLACE.finditer(window):
        if len(found[1]) > 2 or int(found[2]) > ROWS_MAX + _HEADER_WITHIN + 2:
            raise Refusal("workbook.not_readable")


def _text_file(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max((",", "\t", ";"), key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(row) > _COLUMNS_MAX:
                raise Refusal("workbook.not_readable")
            yield [_clean(cell) for cell in row]
    except csv.Error as error:
        raise Refusal("workbook.not_readable") from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refusal("workbook.not_readable")
