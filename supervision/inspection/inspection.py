"""Draws of an inspection and their tasks, with what was seen and what was found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Select, UniqueConstraint, false, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.access.actor import Actor
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.regions.region import code_bounds
from supervision.inspection.inspection_task_states import INSPECTION_TASK_STATES

SUBJECT_KINDS = ("listing", "order")
FINDING_CODES = (
    "price_too_high",
    "not_as_described",
    "image_wrong",
    "category_wrong",
    "not_available",
    "paper_missing",
    "quantity_differs",
    "other",
)
#: of which finding of which subject may say it
CODES_OF = {
    "listing": ("price_too_high", "not_as_described", "image_wrong", "category_wrong", "not_available", "other"),
    "order": ("price_too_high", "not_as_described", "paper_missing", "quantity_differs", "other"),
}


class InspectionDraw(Base):
    """One draw in one division; append-only. `population` is text of "subject,weight" lines, read when asked for.

    `anchor_name` and `anchor_digest` name the published digest that the seed was made of.
    """

    __tablename__ = "inspection_draw"
    __table_args__ = (
        UniqueConstraint("region_code", "day"),
        CheckConstraint("member_count >= drawn_count and drawn_count >= 0", name="counts"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    day: Mapped[date]
    anchor_name: Mapped[str]
    anchor_digest: Mapped[str]
    seed: Mapped[str]
    member_count: Mapped[int]
    drawn_count: Mapped[int]
    population: Mapped[str] = mapped_column(deferred=True)
    population_sha256: Mapped[str]
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    drawn_at: Mapped[datetime] = mapped_column(Instant)


class InspectionTask(Base):
    """One member of the sample. `snapshot` is what there was when an inspector took it, with its hash."""

    __tablename__ = "inspection_task"
    __table_args__ = (
        CheckConstraint(INSPECTION_TASK_STATES.check_sql(), name="state"),
        CheckConstraint(f"kind in {SUBJECT_KINDS}", name="kind"),
        CheckConstraint("result in ('', 'ok', 'finding')", name="result"),
        CheckConstraint(f"finding_code in {('', *FINDING_CODES)}", name="finding_code"),
        CheckConstraint("(state = 'done') = (result <> '')", name="done"),
        CheckConstraint("(result = 'finding') = (finding_code <> '')", name="finding"),
        CheckConstraint("state = 'open' or (inspector_id is not null and snapshot_sha256 <> '')", name="taken"),
        UniqueConstraint("draw_id", "subject"),
        Index("ix_inspection_task_region", "region_code", "state", "id"),
        Index("ix_inspection_task_supplier", "supplier_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("inspection_draw.id"))
    region_code: Mapped[int]
    position: Mapped[int]
    kind: Mapped[str]
    subject: Mapped[str]
    weight: Mapped[int]
    ticket: Mapped[str]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    state: Mapped[str]
    inspector_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    snapshot_sha256: Mapped[str] = mapped_column(server_default="")
    snapshot_at: Mapped[datetime | None] = mapped_column(Instant)
    result: Mapped[str] = mapped_column(server_default="")
    finding_code: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    done_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"inspection_task:{self.number}"

    @property
    def states(self) -> StateTable:
        return INSPECTION_TASK_STATES


def visible_tasks(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over InspectionTask to the regions in which this actor inspects."""
    return _narrowed(actor, query, InspectionTask)


def visible_draws(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over InspectionDraw to the regions in which this actor inspects."""
    return _narrowed(actor, query, InspectionDraw)


def visible_task(actor: Actor, number: str, *, lock: bool = False) -> InspectionTask:
    """One task; `lock` takes its row. Foreign and missing look the same: Refusal("inspection.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("inspection.unknown", number=number[:60].replace("\x00", ""))
    query = visible_tasks(actor, select(InspectionTask).where(InspectionTask.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("inspection.unknown", number=number)
    return found


def _narrowed(actor: Actor, query: Select[Any], table: type[InspectionTask] | type[InspectionDraw]) -> Select[Any]:
    if actor.is_system:
        return query
    regions = {*actor.regions_as("regulator"), *actor.regions_as("centre")}
    conditions = [table.region_code.between(*code_bounds(region_code)) for region_code in sorted(regions)]
    return query.where(or_(*conditions)) if conditions else query.where(false())
