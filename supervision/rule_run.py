"""Runs of rules: how many subjects had which outcome, from which history, in what time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant


class NightlyExport(Base):
    """One export of the history. `manifest`: table -> {partition: [rows, digest]}; `digest` is of the whole of it."""

    __tablename__ = "nightly_export"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    on_day: Mapped[date]
    digest: Mapped[str]
    row_counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    written_count: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime] = mapped_column(Instant)


class RuleRun(Base):
    """One sweep of one rule; append-only. The four counts tell "nothing found" from "could not be computed".

    `parameters`: {"here": {name: value}, "elsewhere": {name: {region: value}}}; `history_digest` names the export.
    """

    __tablename__ = "rule_run"
    __table_args__ = (
        CheckConstraint("engine in ('duckdb', 'postgresql', 'clickhouse', 'spark')", name="engine"),
        Index("ix_rule_run_rule", "rule_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule_id: Mapped[str]
    rule_version: Mapped[int]
    on_day: Mapped[date]
    engine: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    history_digest: Mapped[str]
    hit_count: Mapped[int]
    clear_count: Mapped[int]
    not_applicable_count: Mapped[int]
    not_computable_count: Mapped[int]
    took_ms: Mapped[int]
    failure: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime] = mapped_column(Instant)


class RuleMeasurement(Base):
    """Precision of a rule measured outside the mall: on data that was not used for choosing it; append-only.

    `category_code` "" is over all categories. `source` names the data and the command.
    """

    __tablename__ = "rule_measurement"
    __table_args__ = (
        CheckConstraint("true_count >= 0 and true_count <= hit_count and hit_count > 0", name="counts"),
        Index("ix_rule_measurement_rule", "rule_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule_id: Mapped[str]
    rule_version: Mapped[int]
    category_code: Mapped[str] = mapped_column(server_default="")
    hit_count: Mapped[int]
    true_count: Mapped[int]
    source: Mapped[str]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
