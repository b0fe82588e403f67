"""Which changes of rules a person may see: those of her regions, and of the divisions above what was decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from mall.access.actor import Actor
from mall.access.predicates import covers
from mall.database import session
from mall.errors import Refusal
from mall.regions.region import chain, code_bounds
from supervision.rule_change import RuleChange

#: what was decided binds the divisions below, and so they may read it
DECIDED = ("in_force", "ended")


def visible_changes(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over RuleChange to the rows this actor may see."""
    if actor.is_system:
        return query
    conditions = []
    for region_code in actor.regions_as("regulator"):
        conditions.append(RuleChange.region_code.between(*code_bounds(region_code)))
        above = chain(region_code)[1:]
        conditions.append(and_(RuleChange.region_code.in_(above), RuleChange.state.in_(DECIDED)))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_change(actor: Actor, number: str, *, lock: bool = False) -> RuleChange:
    """One change; `lock` takes its row. Foreign and missing look the same: Refusal("rule.change_unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("rule.change_unknown", number=number[:60].replace("\x00", ""))
    query = visible_changes(actor, select(RuleChange).where(RuleChange.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    change = session().scalar(query)
    if change is None:
        raise Refusal("rule.change_unknown", number=number)
    return change


def changes_of(actor: Actor, rule_id: str, *, limit: int = 50) -> list[RuleChange]:
    """The changes of a rule that this actor may see, newest first."""
    query = visible_changes(actor, select(RuleChange).where(RuleChange.rule_id == rule_id))
    return list(session().scalars(query.order_by(RuleChange.id.desc()).limit(limit)))


def home_region(actor: Actor) -> int:
    """The widest division this regulator watches. Raises Refusal("access.denied") for everybody else."""
    regions = actor.regions_as("regulator")
    if not regions:
        raise Refusal("access.denied")
    return max(regions, key=lambda code: (sum(covers(code, other) for other in regions), -code))


def regions_below(actor: Actor, codes: list[int]) -> list[int]:
    """Those of these divisions that this regulator watches."""
    held = actor.regions_as("regulator")
    return [code for code in codes if any(covers(region, code) for region in held)]
