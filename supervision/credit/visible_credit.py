"""Whose credit a person may read with all its entries: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.regions.region import code_bounds
from supervision.credit.credit_entry import CreditStanding


def visible_standings(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over CreditStanding: one's own, those of the region one regulates, a centre's suppliers."""
    if actor.is_system:
        return query
    conditions = []
    own = {*actor.unit_ids, *actor.supplier_ids}
    if own:
        conditions.append(CreditStanding.party_id.in_(own))
    for region_code in actor.regions_as("regulator"):
        conditions.append(CreditStanding.region_code.between(*code_bounds(region_code)))
    for region_code in actor.regions_as("centre"):
        inside = CreditStanding.region_code.between(*code_bounds(region_code))
        conditions.append(and_(inside, CreditStanding.party_kind == "supplier"))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_standing(actor: Actor, party_id: int) -> CreditStanding:
    """One standing. Foreign and missing look the same: Refusal("credit.unknown")."""
    query = select(CreditStanding).where(CreditStanding.party_id == party_id)
    found = session().scalar(visible_standings(actor, query)) if 0 < party_id < 2**63 else None
    if found is None:
        raise Refusal("credit.unknown", party_id=party_id)
    return found
