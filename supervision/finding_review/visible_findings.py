"""Which findings a regulator may see: those of her regions, and with the province also those that name no region."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, or_, select

from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.regions.region import code_bounds
from supervision.finding import Finding

#: what a finding carries that is about a supplier or a product of the whole province
NO_REGION = 0


def visible_findings(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over Finding to the rows this actor may see."""
    if actor.is_system:
        return query
    conditions = []
    for region_code in actor.regions_as("regulator"):
        conditions.append(Finding.region_code.between(*code_bounds(region_code)))
        if region_code % 10000 == 0:
            conditions.append(Finding.region_code == NO_REGION)
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_finding(actor: Actor, finding_id: int, *, lock: bool = False) -> Finding:
    """One finding; `lock` takes its row. Foreign and missing look the same: Refusal("watch.unknown_finding")."""
    query = visible_findings(actor, select(Finding).where(Finding.id == min(finding_id, 2**63 - 1)))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    finding = session().scalar(query)
    if finding is None:
        raise Refusal("watch.unknown_finding")
    return finding
