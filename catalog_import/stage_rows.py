"""Brings decoded blocks into the staging table by COPY: every row, good or bad, checked on the way."""

from __future__ import annotations

import io
from collections.abc import Mapping

import polars as pl

from catalog_import.check_rows import check
from catalog_import.feed_row import COLUMN_NAMES
from catalog_import.import_batch import CELL_SEPARATOR, ImportBatch
from catalog_import.match_listing import match_part
from mall.database import session

_CELL = r"^c[0-9]{3}$"
#: NUL cannot be stored in PostgreSQL, and the separator must stay ours; both become visible.
_UNSTORABLE = f"[\x00{CELL_SEPARATOR}]"
_COPY_BYTES = 1 << 18


def stage_block(batch: ImportBatch, block: pl.DataFrame) -> int:
    """Check the rows of a block and copy them into `import_row`; returns how many. Runs inside @atomic."""
    data = block.filter(pl.col("row") > batch.header_row)
    if data.height == 0:
        return 0
    data = data.with_columns(pl.col(_CELL).fill_null("").str.replace_all(_UNSTORABLE, "\ufffd"))
    frame = check(named_cells(data, columns=batch.columns, width=batch.width))
    raw = data.select(pl.concat_str(pl.col(_CELL), separator=CELL_SEPARATOR).alias("raw"))["raw"]
    _copy(_staging_frame(frame, raw=raw, batch_id=batch.id))
    return data.height


def named_cells(block: pl.DataFrame, *, columns: Mapping[str, int], width: int) -> pl.DataFrame:
    """The frame `check_rows.check` wants, from a block of numbered cells."""
    there = [name for name in block.columns if name.startswith("c") and name[1:].isdigit()]
    beyond = [pl.col(name).str.strip_chars() != "" for name in there[width:]]
    named = [
        pl.col(there[position]).alias(name) if (position := columns.get(name, width)) < min(len(there), width)
        else pl.lit(None, dtype=pl.String).alias(name)
        for name in COLUMN_NAMES
    ]  # fmt: skip
    return block.select(
        "row",
        "fault",
        (pl.col("cells") < width).alias("short"),
        (pl.any_horizontal(beyond) if beyond else pl.lit(False)).alias("long"),
        *named,
    )


def _staging_frame(frame: pl.DataFrame, *, raw: pl.Series, batch_id: int) -> pl.DataFrame:
    codes = pl.concat_str(pl.lit("{"), pl.col("codes").list.join(","), pl.lit("}"))
    return frame.select(
        pl.lit(batch_id).alias("batch_id"),
        pl.col("row").alias("row_number"),
        raw,
        "sku",
        "name",
        pl.col("category").alias("category_word"),
        pl.col("brand_or_found").alias("brand"),
        "model",
        match_part().alias("match_part"),
        pl.col("specification_json").alias("specification"),
        pl.col("unit_name").alias("unit"),
        "base_unit",
        "pack_size",
        pl.col("pack").alias("pack_text"),
        "price_fen",
        "market_price_fen",
        "tax_rate_bp",
        pl.col("stock_count").alias("stock"),
        pl.col("delivery_day_count").alias("delivery_days"),
        "region_codes",
        "origin",
        "warranty_months",
        pl.col("gtin_digits").alias("gtin"),
        pl.col("green_flag").fill_null(False).alias("is_green"),
        pl.col("shelf_flag").fill_null(True).alias("is_shelved"),
        "description_html",
        pl.col("action_kind").fill_null("add").alias("action"),
        _from_listing().alias("from_listing"),
        codes.alias("codes"),
        "severity",
    )


#: staged column of an update -> the checked columns that say something about it
_SAID_BY = {
    "name": ("name",),
    "category_word": ("category",),
    "price_fen": ("price_fen",),
    "market_price_fen": ("market_price_fen",),
    "tax_rate_bp": ("tax_rate_bp",),
    "unit": ("unit_name",),
    "pack_size": ("unit_name", "pack"),
    "pack_text": ("pack",),
    "stock": ("stock_count",),
    "delivery_days": ("delivery_day_count",),
    "region_codes": ("region_codes",),
    "origin": ("origin",),
    "warranty_months": ("warranty_months",),
    "description_html": ("description_html",),
    "is_shelved": ("shelf_flag",),
}


def _from_listing() -> pl.Expr:
    """The columns that a row leaves to its listing, as PostgreSQL writes an array; a deletion leaves all of them."""
    kind = pl.col("action_kind").fill_null("add")
    left = [
        pl.when((kind == "delete") | ((kind == "update") & pl.all_horizontal(pl.col(name).is_null() for name in said)))
        .then(pl.lit(column))
        .otherwise(pl.lit(""))
        for column, said in _SAID_BY.items()
    ]
    named = pl.concat_list(left).list.eval(pl.element().filter(pl.element() != ""))
    return pl.concat_str(pl.lit("{"), named.list.join(","), pl.lit("}"))


def _copy(frame: pl.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False, null_value="", quote_style="necessary")
    columns = ", ".join(frame.columns)
    connection = session().connection().connection.driver_connection
    if connection is None:
        raise RuntimeError("the session has lost its connection")
    with connection.cursor() as cursor, cursor.copy(f"copy import_row ({columns}) from stdin (format csv)") as copy:
        view = buffer.getbuffer()
        for start in range(0, len(view), _COPY_BYTES):
            copy.write(view[start : start + _COPY_BYTES])
