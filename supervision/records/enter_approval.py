"""Entering approvals that exempt a unit: by kind, category and days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, false, or_, select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.place import Place
from mall.audit.record import record
from mall.catalogue.category import Category
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.people.organisation import organisation
from mall.regions.region import code_bounds
from supervision.watch_record import APPROVAL_KINDS, WatchApproval

QUANTITY_MOST, NUMBER_MOST = 1_000_000, 60


@dataclass(frozen=True)
class WantedApproval:
    """What was approved. `category_code` "" is every category; `quantity` 0 is without a limit."""

    number: str
    kind: str
    unit_id: int
    category_code: str
    from_day: date
    until_day: date | None = None
    quantity: int = 0


@atomic
def enter_approval(*, actor: Actor, wanted: WantedApproval, request_key: str | None = None) -> WatchApproval:
    """Keep an approval of a unit of the regulator's region.

    Raises Refusal "access.denied", "approval.bad_unit", "approval.bad_kind", "approval.bad_number",
    "approval.bad_category", "approval.bad_days", "approval.exists".
    """
    claimed = claim(actor=actor, action="watch_approval.enter", request_key=request_key, body=vars(wanted))
    authorize(actor, "watch_record.enter")
    if claimed.replayed:
        return session().get_one(WatchApproval, int(claimed.answer))
    unit = organisation(wanted.unit_id)
    if unit is None or unit.kind != "unit":
        raise Refusal("approval.bad_unit")
    authorize(actor, "watch_record.enter", Place(unit.region_code))
    _require_shape(wanted)
    found = WatchApproval(
        **{**vars(wanted), "number": wanted.number.strip()},
        region_code=unit.region_code,
        entered_by_id=actor.user_id or 0,
        entered_at=clock.now(),
    )
    session().add(found)
    session().flush()
    record(actor=actor, action="watch_approval.enter", subject=f"watch_approval:{found.id}", facts=vars(wanted))
    settle(claimed, found.id)
    return found


def visible_approvals(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over WatchApproval to the regions that this actor regulates."""
    if actor.is_system:
        return query
    conditions = [WatchApproval.region_code.between(*code_bounds(code)) for code in actor.regions_as("regulator")]
    return query.where(or_(*conditions)) if conditions else query.where(false())


def _require_shape(wanted: WantedApproval) -> None:
    if wanted.kind not in APPROVAL_KINDS:
        raise Refusal("approval.bad_kind")
    if not 2 <= len(wanted.number.strip()) <= NUMBER_MOST:
        raise Refusal("approval.bad_number", most=NUMBER_MOST)
    known = select(Category.code).where(Category.code.startswith(wanted.category_code, autoescape=True)).limit(1)
    if wanted.category_code and session().scalar(known) is None:
        raise Refusal("approval.bad_category", category=wanted.category_code[:20])
    if wanted.until_day is not None and wanted.until_day < wanted.from_day:
        raise Refusal("approval.bad_days")
    if not 0 <= wanted.quantity <= QUANTITY_MOST:
        raise Refusal("approval.bad_days")
    same = select(WatchApproval.id).where(
        WatchApproval.unit_id == wanted.unit_id,
        WatchApproval.kind == wanted.kind,
        WatchApproval.number == wanted.number.strip(),
        WatchApproval.category_code == wanted.category_code,
    )
    if session().scalar(same) is not None:
        raise Refusal("approval.exists", number=wanted.number.strip())
