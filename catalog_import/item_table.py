"""Files that are no tables - trees of items - as a table: a header of our own titles, then a row for each item."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from catalog_import.feed_row import COLUMN_NAMES, TITLES
from catalog_import.feed_shelf import BLOCK_ROWS, CELL_CHARACTERS_MAX, ROWS_MAX, FeedTable, cell_columns
from mall.errors import Refusal

#: the row on which the header of such a table stands; item number k is on row k + 1
HEADER_ROW = 1


@dataclass(frozen=True)
class Item:
    """One thing of a file: our column name -> text. `fault` is a code of the rule table for what cannot be read."""

    values: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None


def item_table(items: Iterator[Item], *, encoding: str = "", notes: tuple[str, ...] = ()) -> FeedTable:
    """A table with the columns that occur in the file, for a column that is there says that a blank is meant.

    The file is gone through once and its cells are kept, since the header comes first and only the end of the file
    says what stands in it. Raises Refusal "import.too_many_rows", "import.no_items".
    """
    blocks: list[pl.DataFrame] = []
    row = HEADER_ROW + 1
    while batch := list(itertools.islice(items, BLOCK_ROWS)):
        blocks.append(_block(batch, first_row=row))
        row += len(batch)
        if row - HEADER_ROW - 1 > ROWS_MAX:
            raise Refusal("import.too_many_rows", rows_max=ROWS_MAX)
    columns = [name for name in COLUMN_NAMES if any(name in block.columns for block in blocks)]
    if not columns:
        raise Refusal("import.no_items")
    header = _block([Item({name: TITLES[name] for name in columns})], first_row=HEADER_ROW)
    return FeedTable(blocks=_numbered([header, *blocks], columns=columns), encoding=encoding, notes=notes)


def _block(items: list[Item], *, first_row: int) -> pl.DataFrame:
    """The items under our column names, without the columns that none of them fills."""
    head = [
        pl.Series("row", range(first_row, first_row + len(items)), dtype=pl.Int64),
        pl.Series("fault", [item.fault for item in items], dtype=pl.String),
    ]
    there = {name for item in items for name, text in item.values.items() if text}
    cells = [
        pl.Series(name, [item.values.get(name, "")[:CELL_CHARACTERS_MAX] for item in items], dtype=pl.String)
        for name in there
    ]
    return pl.DataFrame(head + cells)


def _numbered(blocks: list[pl.DataFrame], *, columns: list[str]) -> Iterator[pl.DataFrame]:
    """The blocks in the shape of a FeedTable; each is let go when the next one is asked for."""
    numbers = cell_columns(len(columns))
    blocks.reverse()
    while blocks:
        block = blocks.pop()
        cells = [
            pl.col(name).alias(number) if name in block.columns else pl.lit("").alias(number)
            for number, name in zip(numbers, columns, strict=True)
        ]
        yield block.select("row", pl.lit(len(columns), dtype=pl.Int64).alias("cells"), "fault", *cells)
