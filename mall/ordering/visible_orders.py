"""Which orders a person may see: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from mall.access.actor import UNIT_ROLES, Actor
from mall.database import session
from mall.errors import Refusal
from mall.ordering.order import Order, load_lines
from mall.regions.region import code_bounds

#: a supplier sees an order from approval on; what was never approved is the unit's own affair
HIDDEN_FROM_SUPPLIERS = ("draft", "submitted", "endorsed", "returned")


def visible_to(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over Order to the rows this actor may see."""
    if actor.is_system:
        return query
    conditions = []
    units = actor.organisations_as(*UNIT_ROLES)
    if units:
        conditions.append(Order.unit_id.in_(units))
    suppliers = actor.supplier_ids
    if suppliers:
        conditions.append(
            and_(
                Order.supplier_id.in_(suppliers),
                Order.state.not_in(HIDDEN_FROM_SUPPLIERS),
                # A cancelled order is shown only if the supplier ever had it before him.
                or_(Order.state != "cancelled", Order.cancellation_requested_at.is_not(None)),
            )
        )
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("centre")}:
        lowest, highest = code_bounds(region_code)
        conditions.append(and_(Order.region_code.between(lowest, highest), Order.state != "draft"))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_order(actor: Actor, number: str) -> Order:
    """One order with its lines. Foreign and missing look the same: Refusal("order.unknown")."""
    order = session().scalar(visible_to(actor, select(Order).where(Order.number == number)))
    if order is None:
        raise Refusal("order.unknown", number=number)
    load_lines([order])
    return order
