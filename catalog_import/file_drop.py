"""Suppliers' file drops: who wants his folder looked into, and what was taken out of it when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalog_import.import_batch import MODES
from mall import clock
from mall.access.actor import Actor
from mall.database import Base, Instant, session
from mall.suppliers.supplier import Supplier

#: How far a file has come: its batch is opened; it is known what becomes of it, and the file leaves the folder; done.
TAKE_STAGES = ("received", "leaving", "done")
#: For so long the start page reminds of a file that was refused.
LATELY_DAYS = 7


class FileDrop(Base):
    """What a supplier chose for his folder. `user_id` switched it last; his files are taken in that person's name.

    `trouble_code` says why the last look into the folder failed, "" when it did not.
    """

    __tablename__ = "file_drop"
    __table_args__ = (CheckConstraint(f"mode in {MODES}", name="mode"),)

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True, autoincrement=False)
    is_on: Mapped[bool]
    mode: Mapped[str]
    user_id: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(Instant)
    trouble_code: Mapped[str] = mapped_column(server_default="")
    trouble_facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    trouble_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"file_drop:{self.supplier_id}"


class FileDropTake(Base):
    """One file out of a folder: what it was, the batch it belongs to or why it was refused, where it lies now.

    `raw_name`, `inode` and `changed_ns` say which file of the folder is meant, byte by byte; `file_name` is its name
    as people may read it. `papers` are the names of what we wrote about it: a report, or a text beside a refused file.
    """

    __tablename__ = "file_drop_take"
    __table_args__ = (
        CheckConstraint(f"mode in {MODES}", name="mode"),
        CheckConstraint(f"stage in {TAKE_STAGES}", name="stage"),
        CheckConstraint("batch_id is not null or refusal_code <> ''", name="outcome"),
        Index("ix_file_drop_take_supplier", "supplier_id", "id"),
        # Of one folder one file at a time is under way: a later list of prices must not overtake an earlier one.
        Index("uq_file_drop_take_open", "supplier_id", unique=True, postgresql_where=text("stage <> 'done'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    file_name: Mapped[str]
    raw_name: Mapped[bytes]
    inode: Mapped[int]
    changed_ns: Mapped[int]
    sha256: Mapped[str] = mapped_column(server_default="")
    size_bytes: Mapped[int]
    mode: Mapped[str]
    stage: Mapped[str]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    is_replay: Mapped[bool] = mapped_column(server_default="false")
    refusal_code: Mapped[str] = mapped_column(server_default="")
    refusal_facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    kept_as: Mapped[str] = mapped_column(server_default="")
    papers: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    user_id: Mapped[int | None]
    taken_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    purged_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def is_refused(self) -> bool:
        return self.refusal_code != ""

    @property
    def reference(self) -> str:
        return f"file_drop_take:{self.id}"


def drop_of(supplier_id: int) -> FileDrop | None:
    """The supplier's choice; None as long as he never made one."""
    return session().get(FileDrop, supplier_id, populate_existing=True)


def drops_of(actor: Actor) -> dict[int, FileDrop]:
    """The choices of the suppliers the actor acts for, by supplier."""
    query = select(FileDrop).where(FileDrop.supplier_id.in_(actor.supplier_ids))
    return {found.supplier_id: found for found in session().scalars(query)}


def all_drops() -> list[tuple[FileDrop, Supplier]]:
    """Every choice ever made, by supplier."""
    query = select(FileDrop, Supplier).join(Supplier, Supplier.id == FileDrop.supplier_id)
    return [(found, selling) for found, selling in session().execute(query.order_by(FileDrop.supplier_id))]


def takes_of(actor: Actor, *, limit: int = 50) -> list[FileDropTake]:
    """The latest takes of the suppliers the actor acts for."""
    query = select(FileDropTake).where(FileDropTake.supplier_id.in_(actor.supplier_ids))
    return list(session().scalars(query.order_by(FileDropTake.id.desc()).limit(limit)))


def refused_lately(actor: Actor) -> int:
    """How many files of the suppliers the actor acts for were refused in the last days."""
    query = select(func.count()).where(
        FileDropTake.supplier_id.in_(actor.supplier_ids),
        FileDropTake.refusal_code != "",
        FileDropTake.taken_at > clock.now() - timedelta(days=LATELY_DAYS),
    )
    return session().scalar(query) or 0


def open_take(supplier_id: int) -> FileDropTake | None:
    """The take that is under way in this supplier's folder; there is one at most."""
    query = select(FileDropTake).where(FileDropTake.supplier_id == supplier_id, FileDropTake.stage != "done")
    return session().scalar(query.execution_options(populate_existing=True))
