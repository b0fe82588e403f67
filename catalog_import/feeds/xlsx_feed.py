"""Excel workbooks (.xlsx): read as text by calamine, after the zip has been looked through."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import fastexcel
import polars as pl
import xlsxwriter
from lxml import etree

from catalog_import import xlsx_guard
from catalog_import.feed_shelf import (
    BLOCK_ROWS,
    COLUMNS_MAX,
    HEADER_ROWS,
    FeedTable,
    ReportForm,
    ReportRow,
    cell_columns,
)
from catalog_import.recognise_feed import Recognition, best_header
from mall.errors import Refusal

NAME = "xlsx"
TITLE = "Excel"
EXTENSIONS = (".xlsx", ".xlsm")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IS_TREE = False

_SHEETS_MAX = 50
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_COLOURS = {"error": "#F8D7DA", "warning": "#FFF3CD", "info": "#CFF4FC"}


def sniff(*, head: bytes, file_name: str) -> bool:
    """A zip that is called a workbook; what is really inside the guard finds out."""
    return head.startswith(b"PK\x03\x04") and Path(file_name).suffix.lower() in EXTENSIONS


def guard(path: Path) -> None:
    """Refuse zip bombs, entities, far-apart cells and broken archives."""
    xlsx_guard.scan(path)


def read(path: Path) -> FeedTable:
    """The sheet with the best header among its first rows; other sheets are left alone and named in the notes."""
    facts = xlsx_guard.scan(path)
    try:
        reader = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise Refusal("import.broken_file") from error
    names = reader.sheet_names[:_SHEETS_MAX]
    if not names:
        raise Refusal("import.not_a_workbook")
    name = names[0] if len(names) == 1 else _sheet_with_header(reader, names)
    frame = _load(reader, name, rows_max=None)
    if frame.width > COLUMNS_MAX:
        raise Refusal("import.too_many_columns", columns=frame.width, columns_max=COLUMNS_MAX, row=0)
    seen = facts.get(_parts_by_sheet(path).get(name, ""), xlsx_guard.SheetFacts())
    return FeedTable(blocks=_blocks(frame, seen=seen), sheet=name, notes=_notes(seen, names=names, name=name))


def write_report(target: IO[bytes], *, rows: Iterator[ReportRow], form: ReportForm) -> None:
    """The sender's sheet with two more columns and coloured cells; every cell is text, so nothing can run."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    sheet = book.add_worksheet(_sheet_title(form.sheet))
    colours = {severity: book.add_format({"bg_color": colour}) for severity, colour in _COLOURS.items()}
    bold = book.add_format({"bold": True})
    for row in rows:
        line = row.row_number - 1
        for position, cell in enumerate(row.cells):
            if cell:
                colour = colours.get(row.severity) if position in row.flagged else None
                sheet.write_string(line, position, cell, bold if row.row_number == form.header_row else colour)
        if row.codes or row.words:
            colour = bold if row.row_number == form.header_row else colours.get(row.severity)
            sheet.write_string(line, form.width, row.codes, colour)
            sheet.write_string(line, form.width + 1, row.words, colour)
    sheet.set_column(form.width, form.width, 24)
    sheet.set_column(form.width + 1, form.width + 1, 60)
    book.close()


def _sheet_with_header(reader: fastexcel.ExcelReader, names: list[str]) -> str:
    def score(name: str) -> tuple[int, int]:
        frame = _load(reader, name, rows_max=HEADER_ROWS)
        rows = [(number, [cell or "" for cell in cells]) for number, cells in enumerate(frame.iter_rows(), start=1)]
        header: Recognition | None = best_header(rows)
        return (len(header.columns), header.score) if header else (0, 0)

    return max(names, key=score)


def _load(reader: fastexcel.ExcelReader, name: str, *, rows_max: int | None) -> pl.DataFrame:
    try:
        # skip_rows=0 keeps blank rows at the top, and with them the row numbers the supplier sees.
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, n_rows=rows_max, dtypes="string")
        return sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise Refusal("import.broken_file") from error


def _blocks(frame: pl.DataFrame, *, seen: xlsx_guard.SheetFacts) -> Iterator[pl.DataFrame]:
    names = cell_columns(frame.width)
    # A formula that was never computed looks like an empty cell; the scan knows better.
    uncomputed = pl.Series("row", sorted(seen.uncomputed_rows), dtype=pl.Int64)
    fault = pl.when(pl.col("row").is_in(uncomputed.implode())).then(pl.lit("row.formula_without_value"))
    for start in range(0, frame.height, BLOCK_ROWS):
        block = frame.slice(start, BLOCK_ROWS)
        block.columns = names
        block = block.with_columns(
            pl.int_range(start + 1, start + 1 + block.height, dtype=pl.Int64).alias("row"),
            pl.lit(frame.width, dtype=pl.Int64).alias("cells"),
            pl.col(names).fill_null(""),
        ).with_columns(fault.cast(pl.String).alias("fault"))
        filled = pl.any_horizontal(pl.col(names).str.strip_chars() != "") | pl.col("fault").is_not_null()
        yield block.filter(filled).select("row", "cells", "fault", *names)


def _notes(seen: xlsx_guard.SheetFacts, *, names: list[str], name: str) -> tuple[str, ...]:
    notes = []
    if len(names) > 1:
        notes.append("sheets:" + "|".join(other for other in names if other != name))
    if seen.merged:
        notes.append(f"merged:{seen.merged}")
    if seen.hidden_rows:
        notes.append(f"hidden:{seen.hidden_rows}")
    return tuple(notes)


def _parts_by_sheet(path: Path) -> dict[str, str]:
    """Sheet name -> part of the archive, by the workbook's own relations."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    with zipfile.ZipFile(path) as archive:
        try:
            relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
            book = etree.fromstring(archive.read("xl/workbook.xml"), parser)
        except (KeyError, etree.XMLSyntaxError):
            return {}
    targets = {relation.get("Id"): relation.get("Target") or "" for relation in relations}
    parts = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        parts[sheet.get("name") or ""] = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    return parts


def _sheet_title(name: str) -> str:
    return "".join(character for character in name if character not in "[]:*?/\\")[:31].strip("'") or "商品"
