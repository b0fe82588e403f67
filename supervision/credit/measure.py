"""Measures: what a confirmed case costs a supplier or a unit, from one day to another."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Select, and_, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.access.actor import Actor
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.regions.region import code_bounds
from supervision.credit.measure_states import MEASURE_STATES, TOLD

#: points alone; a listing that nobody may buy; a supplier who may take no new orders; one who is off the mall
KINDS = ("points", "listing_freeze", "suspend", "remove")
#: what could not be done when the measure began: somebody else had seen to it before
UNDONE = ("", "listing_not_for_sale")


class Measure(Base):
    """One measure against one party. It counts from `started_on` up to and with `until`."""

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint(MEASURE_STATES.check_sql(), name="state"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint(f"undone in {UNDONE}", name="undone"),
        CheckConstraint("(supplier_id is null) <> (unit_id is null)", name="party"),
        CheckConstraint("(kind = 'listing_freeze') = (listing_id is not null)", name="listing"),
        CheckConstraint("points >= 0 and (kind <> 'points' or points > 0)", name="points"),
        CheckConstraint("unit_id is null or kind = 'points'", name="unit"),
        CheckConstraint("decider_id is null or decider_id <> maker_id", name="two_people"),
        CheckConstraint("state in ('proposed', 'withdrawn') or decider_id is not null", name="decided"),
        Index("ix_measure_region", "region_code", "id"),
        Index("ix_measure_supplier", "supplier_id", "id"),
        Index("ix_measure_unit", "unit_id", "id"),
        Index("ix_measure_case", "case_number"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    case_number: Mapped[str]
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id"))
    kind: Mapped[str]
    points: Mapped[int]
    until: Mapped[date]
    reason: Mapped[str]
    state: Mapped[str]
    undone: Mapped[str] = mapped_column(server_default="")
    maker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    @property
    def reference(self) -> str:
        return f"measure:{self.number}"

    @property
    def states(self) -> StateTable:
        return MEASURE_STATES

    @property
    def maker_ids(self) -> tuple[int, ...]:
        return (self.maker_id,)

    @property
    def party_id(self) -> int:
        return self.supplier_id or self.unit_id or 0


def visible_measures(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over Measure: regulators see those of their region, a party its own once they have begun."""
    if actor.is_system:
        return query
    own = or_(Measure.supplier_id.in_(actor.supplier_ids), Measure.unit_id.in_(actor.unit_ids))
    conditions = [and_(own, Measure.state.in_(TOLD))] if actor.supplier_ids or actor.unit_ids else []
    for region_code in actor.regions_as("regulator"):
        conditions.append(Measure.region_code.between(*code_bounds(region_code)))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_measure(actor: Actor, number: str, *, lock: bool = False) -> Measure:
    """One measure; `lock` takes its row. Foreign and missing look the same: Refusal("measure.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("measure.unknown", number=number[:60].replace("\x00", ""))
    query = visible_measures(actor, select(Measure).where(Measure.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("measure.unknown", number=number)
    return found
