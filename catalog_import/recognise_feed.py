"""Which column of a supplier's file is which: Chinese and English headers, wherever the header row stands."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog_import.feed_row import COLUMN_NAMES, COLUMNS, TITLES
from mall.errors import Refusal

IGNORED = "ignored"
_SCORE_MIN = 2

# Remarks in a header that do not change its meaning; 万元 is not among them: it changes the price.
_REMARKS = re.compile(r"\((?:元|人民币|cny|rmb|必填|选填|可选|必填项|含税|%|天|个月|月|required|optional)\)")
_PUNCTUATION = re.compile(r"[\s*_:：\-./]+")


@dataclass(frozen=True)
class Recognition:
    """Where the header stands and what its columns mean.

    `columns` maps our column names to positions; `unknown` are headers that say nothing to us, `doubled` those
    that mean a column which another header means more surely;
    `score` is how many headers were known, ours and ignored ones together.
    """

    header_row: int
    headers: tuple[str, ...]
    columns: Mapping[str, int]
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]
    score: int

    @property
    def is_clear(self) -> bool:
        """Whether every header is understood and nothing is missing: then nobody needs to be asked."""
        return self.score >= _SCORE_MIN and not self.unknown and not self.doubled and not missing_columns(self.columns)


def recognise(rows: Sequence[tuple[int, Sequence[str]]], *, mapping: Mapping[str, str] | None = None) -> Recognition:
    """Find the header row among `rows` (number, cells) and read it.

    `mapping` is what this supplier once said: header text -> our column name, or "ignored".
    Refuses when no row looks like a header or a column we cannot do without is missing.
    """
    best = best_header(rows, mapping=mapping)
    if best is None or best.score < _SCORE_MIN:
        raise Refusal("import.no_header", rows=len(rows))
    missing = missing_columns(best.columns)
    if missing:
        raise Refusal(
            "import.columns_missing",
            columns="、".join(TITLES[name] for name in missing),
            headers="、".join(best.unknown) or "—",
            row=best.header_row,
        )
    return best


def missing_columns(columns: Collection[str]) -> list[str]:
    """Which of our columns a file cannot do without and this one lacks."""
    if "action" in columns:
        # Its rows say themselves what they are; an update may be of the price alone.
        return [column for column in ("sku",) if column not in columns]
    missing = [column for column in ("sku", "name") if column not in columns]
    if "price" not in columns and not {"net_price", "tax_rate"} <= set(columns):
        missing.append("price")
    return missing


def likely_header(
    rows: Sequence[tuple[int, Sequence[str]]], *, mapping: Mapping[str, str] | None = None
) -> Recognition | None:
    """The header as `recognise` finds it, or else the first row with the most cells: somebody will say what they mean.

    None when there is no row at all.
    """
    best = best_header(rows, mapping=mapping)
    if best is None or best.score >= _SCORE_MIN:
        return best
    number, cells = max(rows, key=lambda row: (sum(bool(cell.strip()) for cell in row[1]), -row[0]))
    return _read_header(number, cells, mapping=mapping or {})


def best_header(
    rows: Sequence[tuple[int, Sequence[str]]], *, mapping: Mapping[str, str] | None = None
) -> Recognition | None:
    """The row with the most known headers; the first of equals. None when there is no row at all."""
    best: Recognition | None = None
    for number, cells in rows:
        found = _read_header(number, cells, mapping=mapping or {})
        if best is None or (len(found.columns), found.score) > (len(best.columns), best.score):
            best = found
    return best


def normalise_header(text: str) -> str:
    """A header as it stands in headers.csv: NFKC, lower case, no blanks, no remarks such as (元)."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _PUNCTUATION.sub("", _REMARKS.sub("", _PUNCTUATION.sub("", plain)))


def column_of(header: str) -> tuple[str, int] | None:
    """Our column and the rank of the alias (1 is the surest) for a header, or None."""
    return _aliases().get(normalise_header(header))


def _read_header(number: int, cells: Sequence[str], *, mapping: Mapping[str, str]) -> Recognition:
    ranked: dict[str, tuple[int, int]] = {}
    claimed: dict[str, list[str]] = {}
    unknown: list[str] = []
    score = 0
    for position, cell in enumerate(cells):
        text = (cell or "").strip()
        if not text:
            continue
        said = mapping.get(text)
        known = (said, 0) if said else column_of(text)
        if known is None:
            unknown.append(text)
            continue
        score += 1
        column, rank = known
        claimed.setdefault(column, []).append(text)
        if column != IGNORED and (column not in ranked or rank < ranked[column][0]):
            ranked[column] = (rank, position)
    return Recognition(
        header_row=number,
        headers=tuple(cell or "" for cell in cells),
        columns={column: position for column, (_, position) in ranked.items()},
        unknown=tuple(unknown),
        doubled=tuple(
            header
            for column, claimants in claimed.items()
            if column != IGNORED and len(claimants) > 1
            for header in claimants
            if header != (cells[ranked[column][1]] or "").strip()
        ),
        score=score,
    )


@functools.cache
def _aliases() -> dict[str, tuple[str, int]]:
    aliases: dict[str, tuple[str, int]] = {}
    with (Path(__file__).parent / "headers.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["column"] != IGNORED and line["column"] not in COLUMN_NAMES:
                raise ValueError(f"headers.csv: nobody knows the column {line['column']}")
            aliases[normalise_header(line["alias"])] = (line["column"], int(line["rank"]))
    for column in COLUMNS:
        aliases.setdefault(normalise_header(column.title), (column.name, 1))
        aliases.setdefault(normalise_header(column.title_en), (column.name, 1))
    return aliases
