"""What goes to and comes from the units' own asset systems: files, reports on single cards, and strange numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session

REPORT_KINDS = ("acknowledge", "reject", "change", "dispose")


class AssetFile(Base):
    """One file of one unit, out or in, numbered, hashed and kept byte for byte.

    `sha256` is that of `content`; an outgoing file is kept as CSV, with the same rows as `workbook` (XLSX).
    `outcomes` counts how the rows of an incoming file ended, `rows` says it of each.
    """

    __tablename__ = "asset_file"
    __table_args__ = (
        CheckConstraint("direction in ('out', 'in')", name="direction"),
        CheckConstraint("row_count > 0", name="not_empty"),
        CheckConstraint("(workbook is null) = (workbook_sha256 is null)", name="workbook"),
        Index("ix_asset_file_unit", "unit_id", "id"),
        Index("ix_asset_file_region", "region_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    direction: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[int]
    file_name: Mapped[str]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    workbook_sha256: Mapped[str | None]
    workbook: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    row_count: Mapped[int]
    outcomes: Mapped[dict[str, int]] = mapped_column(JSONB)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, deferred=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)


class AssetReport(Base):
    """One thing that an asset system said of one card. The same thing said again is recognised by its fingerprint."""

    __tablename__ = "asset_report"
    __table_args__ = (
        CheckConstraint("kind in ('acknowledge', 'reject', 'change', 'dispose')", name="kind"),
        UniqueConstraint("card_id", "fingerprint"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("asset_card.id"))
    kind: Mapped[str]
    fingerprint: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: the number of the incoming file; empty for what came over the API
    file_number: Mapped[str] = mapped_column(server_default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class StrangeCard(Base):
    """A card number that a unit's asset system reports and the mall never gave: a card without an order.

    It stays a finding until somebody has explained it in writing.
    """

    __tablename__ = "strange_card"
    __table_args__ = (UniqueConstraint("unit_id", "card_number"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[int]
    card_number: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    first_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant)
    explanation: Mapped[str] = mapped_column(server_default="")
    explained_at: Mapped[datetime | None] = mapped_column(Instant)
    explained_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def reference(self) -> str:
        return f"strange_card:{self.id}"


def reports_of(card_id: int) -> list[AssetReport]:
    """Everything that the asset system said of a card, oldest first."""
    return list(session().scalars(select(AssetReport).where(AssetReport.card_id == card_id).order_by(AssetReport.id)))
