"""Batches, their staged rows and what suppliers once said about their own words; the tables of the loading dock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalog_import.feed_row import ACTIONS
from mall.access.actor import Actor
from mall.database import Base, Instant, session

MODES = ("dry-run", "partial", "all-or-nothing")
#: How far a batch has come. `columns` waits for the supplier to say what the columns mean; `failed` is a file that
#: could not be read; `checked` waits for a decision.
STAGES = ("received", "columns", "decoded", "staged", "checked", "merging", "merged", "failed")
OUTCOMES = ("new", "price_rise", "price_cut", "changed", "unchanged", "taken_off", "needs_category", "faulty")
#: Between the cells of a staged row; ASCII made this character for it, and the reader takes it out of cells.
CELL_SEPARATOR = "\x1f"


class ImportBatch(Base):
    """One file of one supplier. The same bytes and mapping are the same batch, until something else changed the goods.

    `stage` and the two cursors say how far the work has come; whoever takes it up goes on from there.
    `preamble` holds the rows up to and with the header as [row number, [cells]], `samples` some cells of each column.
    `asks_columns` says that somebody sits before a page who can be asked about headers that are not clear.
    `stage_since` is when the present stage began; `purged_at` is when the file itself was thrown away.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint(f"mode in {MODES}", name="mode"),
        CheckConstraint(f"stage in {STAGES}", name="stage"),
        UniqueConstraint("supplier_id", "sha256", "mapping_hash", "attempt"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    file_name: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    format: Mapped[str]
    mapping: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    mapping_hash: Mapped[str] = mapped_column(server_default="")
    attempt: Mapped[int] = mapped_column(server_default="1")
    mode: Mapped[str]
    stage: Mapped[str] = mapped_column(server_default="received")
    stage_since: Mapped[datetime | None] = mapped_column(Instant)
    asks_columns: Mapped[bool] = mapped_column(server_default="false")
    encoding: Mapped[str] = mapped_column(server_default="")
    delimiter: Mapped[str] = mapped_column(server_default="")
    sheet: Mapped[str] = mapped_column(server_default="")
    notes: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    header_row: Mapped[int] = mapped_column(server_default="0")
    columns: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    unknown_headers: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    preamble: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    samples: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")
    rows_total: Mapped[int] = mapped_column(server_default="0")
    blocks_staged: Mapped[int] = mapped_column(server_default="0")
    rows_staged: Mapped[int] = mapped_column(server_default="0")
    merged_to_row: Mapped[int] = mapped_column(server_default="0")
    listings_touched: Mapped[int] = mapped_column(server_default="0")
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    refusal_code: Mapped[str] = mapped_column(server_default="")
    refusal_facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    user_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def headers(self) -> list[str]:
        """The supplier's headers, [] as long as the file was not read."""
        return [str(cell).strip() for cell in self.preamble[-1][1]] if self.preamble else []

    @property
    def is_held_back(self) -> bool:
        """All or nothing was asked, and rows are faulty: nothing is merged."""
        return self.stage == "checked" and self.mode == "all-or-nothing" and self.counts.get("faulty", 0) > 0

    @property
    def is_under_way(self) -> bool:
        """Whether somebody works on it, or will without being asked again."""
        if self.stage == "checked":
            return self.mode != "dry-run" and not self.is_held_back
        return self.stage in ("received", "decoded", "staged", "merging")

    @property
    def rows_done(self) -> int:
        """How many rows the present stage has behind it."""
        return max(self.merged_to_row - self.header_row, 0) if self.stage == "merging" else self.rows_staged

    @property
    def reference(self) -> str:
        return f"import_batch:{self.id}"

    @property
    def width(self) -> int:
        """How many columns the supplier's header has."""
        return len(self.preamble[-1][1]) if self.preamble else 0


class ImportRow(Base):
    """One staged row, good or bad: the cells as written, the values, what was found, what becomes of it.

    `codes` come from the row alone, `batch_codes` from its neighbours and the catalogue. `from_listing` are the
    columns that an update leaves out: they hold what the listing has.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint(f"outcome in {OUTCOMES}", name="outcome"),
        CheckConstraint(f"action in {ACTIONS}", name="action"),
        Index("ix_import_row_outcome", "batch_id", "outcome", "row_number"),
    )

    batch_id: Mapped[int] = mapped_column(
        ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    row_number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    raw: Mapped[str]
    sku: Mapped[str | None]
    name: Mapped[str | None]
    category_word: Mapped[str | None]
    brand: Mapped[str | None]
    model: Mapped[str | None]
    match_part: Mapped[str]
    specification: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    unit: Mapped[str | None]
    base_unit: Mapped[str | None]
    pack_size: Mapped[int]
    pack_text: Mapped[str | None]
    price_fen: Mapped[int | None]
    market_price_fen: Mapped[int | None]
    tax_rate_bp: Mapped[int | None]
    stock: Mapped[int | None]
    delivery_days: Mapped[int | None]
    region_codes: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    origin: Mapped[str | None]
    warranty_months: Mapped[int | None]
    gtin: Mapped[str | None]
    is_green: Mapped[bool]
    is_shelved: Mapped[bool]
    description_html: Mapped[str | None]
    action: Mapped[str] = mapped_column(server_default="add")
    from_listing: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    severity: Mapped[int] = mapped_column(SmallInteger)
    batch_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    first_row: Mapped[int | None] = mapped_column(Integer)
    category_code: Mapped[str | None]
    product_id: Mapped[int | None]
    old_price_fen: Mapped[int | None]
    outcome: Mapped[str | None]


class CategoryWord(Base):
    """A supplier's own word for a category, settled once by the supplier and kept for the next file."""

    __tablename__ = "import_category_word"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    user_id: Mapped[int | None]
    settled_at: Mapped[datetime] = mapped_column(Instant)


class HeaderWord(Base):
    """What a header of this supplier's files means; `column_name` is one of ours, or "ignored"."""

    __tablename__ = "import_header_word"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True, autoincrement=False)
    header: Mapped[str] = mapped_column(primary_key=True)
    column_name: Mapped[str]


def batch(batch_id: int) -> ImportBatch | None:
    return session().get(ImportBatch, batch_id)


def batches_numbered(ids: set[int]) -> dict[int, ImportBatch]:
    """Batches by id, for lists; whose they are, the caller knows."""
    return {found.id: found for found in session().scalars(select(ImportBatch).where(ImportBatch.id.in_(ids)))}


def batches_of(actor: Actor, *, limit: int = 50) -> list[ImportBatch]:
    """The latest batches of the suppliers the actor acts for."""
    query = select(ImportBatch).where(ImportBatch.supplier_id.in_(actor.supplier_ids))
    return list(session().scalars(query.order_by(ImportBatch.id.desc()).limit(limit)))


def rows_of(batch_id: int, *, outcomes: tuple[str, ...], after: int = 0, limit: int = 50) -> list[ImportRow]:
    """Rows with one of the outcomes, in the order of the file, after the row number `after`."""
    query = select(ImportRow).where(
        ImportRow.batch_id == batch_id, ImportRow.outcome.in_(outcomes), ImportRow.row_number > after
    )
    return list(session().scalars(query.order_by(ImportRow.row_number).limit(limit)))


def header_words(supplier_id: int) -> dict[str, str]:
    """Header -> column as this supplier once said."""
    query = select(HeaderWord.header, HeaderWord.column_name).where(HeaderWord.supplier_id == supplier_id)
    return dict(session().execute(query).all())


def category_words(supplier_id: int) -> dict[str, str]:
    """Word -> category code as this supplier settled it."""
    query = select(CategoryWord.word, CategoryWord.category_code).where(CategoryWord.supplier_id == supplier_id)
    return dict(session().execute(query).all())
