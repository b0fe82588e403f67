"""Tables of figures: one description for the page, its print and the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mall.finance.book_files import Column, SheetRow, workbook
from mall.web.amounts import fen, yuan

#: an "amount" holds fen, a "rate" basis points, "hundredths" an index, a "number" whole numbers, a "text" strings
Shown = Literal["text", "amount", "rate", "hundredths", "number"]

_IN_FILES: dict[str, Literal["text", "amount", "rate", "number"]] = {"hundredths": "amount"}
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_LONGEST_NAME = 31
#: up to so wide a column of words holds no sentences
SHORT_WIDTH = 24


@dataclass(frozen=True)
class Head:
    """The head of one column."""

    title: str
    shown: Shown = "text"
    width: int = 16

    @property
    def is_number(self) -> bool:
        return self.shown != "text"

    @property
    def is_short(self) -> bool:
        """Dates, numbers of orders, states: they stay on one line."""
        return self.width <= SHORT_WIDTH


@dataclass(frozen=True)
class Line:
    """One row; `links`: column number -> address of the rows behind that figure."""

    values: Sequence[Any]
    links: Mapping[int, str] = field(default_factory=dict)
    is_sum: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table. `key` names it in addresses; the first column is the head of each row."""

    key: str
    title: str
    heads: Sequence[Head]
    lines: Sequence[Line]
    note: str = ""


def in_words(value: Any, shown: Shown) -> str:
    """One value as pages show it; a dash for nothing."""
    if value is None or value == "":
        return "—"
    if shown == "amount":
        return yuan(value)
    if shown == "hundredths":
        return fen(value)
    if shown == "rate":
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}%"
    if shown == "number":
        return f"{value:,}"
    return str(value)


def file_of(sheet: Sheet, *, heading: Iterable[tuple[str, str]]) -> bytes:
    """The table as a workbook: amounts are numbers, all else is text, never a formula."""
    name = sheet.title.translate(_FORBIDDEN_IN_NAMES).strip()[:_LONGEST_NAME] or sheet.key
    return workbook(
        name=name,
        heading=[*heading, *([("", sheet.note)] if sheet.note else [])],
        columns=[Column(head.title, _IN_FILES.get(head.shown, head.shown), head.width) for head in sheet.heads],  # type: ignore[arg-type]
        rows=[SheetRow(line.values, is_sum=line.is_sum) for line in sheet.lines],
    )
