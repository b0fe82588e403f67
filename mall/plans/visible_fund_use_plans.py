"""Which fund-use plans a person may see: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from mall.access.actor import UNIT_ROLES, Actor
from mall.database import session
from mall.errors import Refusal
from mall.plans.fund_use_plan import FundUsePlan, load_lines
from mall.regions.region import code_bounds


def visible_to(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over FundUsePlan to the rows this actor may see: what was never submitted is the accountants'."""
    if actor.is_system:
        return query
    submitted = FundUsePlan.submitted_at.is_not(None)
    conditions = []
    units = actor.organisations_as(*UNIT_ROLES)
    if units:
        conditions.append(and_(FundUsePlan.unit_id.in_(units), submitted))
    accounts_for = actor.organisations_as("accountant")
    if accounts_for:
        conditions.append(FundUsePlan.unit_id.in_(accounts_for))
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        conditions.append(and_(FundUsePlan.region_code.between(*code_bounds(region_code)), submitted))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_plan(actor: Actor, number: str, *, lock: bool = False) -> FundUsePlan:
    """One plan with its lines; `lock` takes its row. Foreign and missing look the same: Refusal("plan.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("plan.unknown", number=number[:60].replace("\x00", ""))
    query = visible_to(actor, select(FundUsePlan).where(FundUsePlan.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    plan = session().scalar(query)
    if plan is None:
        raise Refusal("plan.unknown", number=number)
    load_lines([plan])
    return plan
