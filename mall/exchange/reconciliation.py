"""Runs of the three-way reconciliation, what they found, and what people said about it; nothing of it is changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class ReconciliationRun(Base):
    """One run over one region and year; append-only.

    `statement_ids` are the files it read, their hashes stand in `files`; `causes` counts what it found:
    {cause: [how many, fen]}. `explained_count` of the differences carried a person's word at the time.
    """

    __tablename__ = "reconciliation_run"
    __table_args__ = (
        CheckConstraint("kind in ('night', 'demand')", name="kind"),
        Index("ix_reconciliation_run_region", "region_code", "year", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    region_code: Mapped[int]
    year: Mapped[int]
    compared_on: Mapped[date]
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
    user_id: Mapped[int | None]
    actor_name: Mapped[str]
    statement_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    payment_count: Mapped[int]
    line_count: Mapped[int]
    mall_paid_fen: Mapped[int]
    ledger_paid_fen: Mapped[int]
    treasury_paid_fen: Mapped[int | None]
    mall_appropriation_fen: Mapped[int]
    budget_appropriation_fen: Mapped[int | None]
    suspended_fen: Mapped[int]
    difference_count: Mapped[int]
    open_count: Mapped[int]
    causes: Mapped[dict[str, list[int]]] = mapped_column(JSONB)


class ReconciliationDifference(Base):
    """One difference of one run; append-only. `key` and `fingerprint` find it again the next night."""

    __tablename__ = "reconciliation_difference"
    __table_args__ = (UniqueConstraint("run_id", "place"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("reconciliation_run.id"))
    place: Mapped[int]
    key: Mapped[str]
    fingerprint: Mapped[str]
    cause: Mapped[str]
    subject: Mapped[str]
    reference: Mapped[str]
    mall_fen: Mapped[int]
    theirs_fen: Mapped[int]
    since: Mapped[date]
    document: Mapped[str]

    @property
    def amount_fen(self) -> int:
        return self.theirs_fen - self.mall_fen


class DifferenceExplanation(Base):
    """A person's word about a difference; append-only, the newest counts. It holds as long as the difference is the
    same to the fen: another amount or cause is another difference."""

    __tablename__ = "difference_explanation"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        Index("ix_difference_explanation_key", "region_code", "year", "key", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    region_code: Mapped[int]
    year: Mapped[int]
    key: Mapped[str]
    fingerprint: Mapped[str]
    reason: Mapped[str]
    user_id: Mapped[int]
    actor_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)


def latest_runs(region_bounds: Iterable[tuple[int, int]], *, year: int) -> list[ReconciliationRun]:
    """The newest run of every region inside these bounds, by region."""
    newest = (
        select(func.max(ReconciliationRun.id))
        .where(ReconciliationRun.year == year)
        .group_by(ReconciliationRun.region_code)
    )
    found = session().scalars(
        select(ReconciliationRun).where(ReconciliationRun.id.in_(newest)).order_by(ReconciliationRun.region_code)
    )
    bounds = list(region_bounds)
    return [run for run in found if any(low <= run.region_code <= high for low, high in bounds)]


def differences_of(run_id: int) -> list[ReconciliationDifference]:
    """What the run found, in its order."""
    query = select(ReconciliationDifference).where(ReconciliationDifference.run_id == run_id)
    return list(session().scalars(query.order_by(ReconciliationDifference.place)))


def explanations_of(*, region_code: int, year: int, keys: Iterable[str]) -> dict[str, DifferenceExplanation]:
    """{key: the newest word about it}."""
    query = select(DifferenceExplanation).where(
        DifferenceExplanation.region_code == region_code,
        DifferenceExplanation.year == year,
        DifferenceExplanation.key.in_(list(keys)),
    )
    return {one.key: one for one in session().scalars(query.order_by(DifferenceExplanation.id))}
