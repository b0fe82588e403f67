"""Workbooks of the books: one sheet with its heading, columns and rows; amounts are numbers, all else is text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: a workbook keeps 15 digits of a number; a larger amount is written as text rather than rounded
LARGEST_FEN = 10**15 - 1


@dataclass(frozen=True)
class Column:
    """One column. An "amount" holds fen, a "rate" basis points, a "number" whole numbers, a "text" strings."""

    title: str
    kind: Literal["text", "amount", "rate", "number"] = "text"
    width: int = 16


@dataclass(frozen=True)
class SheetRow:
    """The values of one row, column by column; None leaves a cell empty. `is_sum` makes it bold."""

    values: Sequence[Any]
    is_sum: bool = False


def workbook(
    *, name: str, heading: Iterable[tuple[str, str]], columns: Sequence[Column], rows: Iterable[SheetRow]
) -> bytes:
    """An XLSX file. `heading` are lines of (label, value) above the table, `name` is the sheet's and its first line."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    formats = {is_sum: _formats(book, is_bold=is_sum) for is_sum in (False, True)}
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, name, book.add_format({"bold": True, "font_size": 14}))
    line = 1
    for line, (label, value) in enumerate(heading, start=1):
        sheet.write_string(line, 0, label, formats[True]["text"])
        sheet.write_string(line, 1, value)
    line += 2
    titles = book.add_format({"bold": True, "bg_color": "#E9ECEF", "text_wrap": True})
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(line, position, column.title, titles)
    sheet.freeze_panes(line + 1, 0)
    for number, row in enumerate(rows, start=line + 1):
        for position, (column, value) in enumerate(zip(columns, row.values, strict=True)):
            if value is not None:
                _write(sheet, number, position, column.kind, value, formats[row.is_sum][column.kind])
    book.close()
    return target.getvalue()


def _formats(book: xlsxwriter.Workbook, *, is_bold: bool) -> dict[str, Any]:
    shapes = {"text": "@", "amount": "#,##0.00", "rate": "0.00%", "number": "0"}
    return {kind: book.add_format({"num_format": shape, "bold": is_bold}) for kind, shape in shapes.items()}


def _write(sheet: Any, row: int, column: int, kind: str, value: Any, cell_format: Any) -> None:
    if kind == "text":
        sheet.write_string(row, column, str(value), cell_format)
    elif kind == "number":
        sheet.write_number(row, column, value, cell_format)
    elif kind == "rate":
        sheet.write_number(row, column, Decimal(value).scaleb(-4), cell_format)
    elif abs(value) > LARGEST_FEN:
        sheet.write_string(row, column, str(Decimal(value).scaleb(-2)), cell_format)
    else:
        sheet.write_number(row, column, Decimal(value).scaleb(-2), cell_format)
