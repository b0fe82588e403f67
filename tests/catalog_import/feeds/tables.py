"""A format's table as dictionaries by the titles of its header."""

from __future__ import annotations

from catalog_import.feed_shelf import FeedTable


def rows_of(table: FeedTable) -> list[dict[str, str]]:
    """The header's row first, every cell under its own title."""
    rows: list[list[str]] = []
    for block in table.blocks:
        rows += [list(cells) for _, _, _, *cells in block.iter_rows()]
    return [dict(zip(rows[0], cells, strict=True)) for cells in rows]
