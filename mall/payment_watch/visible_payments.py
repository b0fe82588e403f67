"""Which loads, payments and findings a person may see: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, all_, and_, false, literal, or_, select

from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.payment_watch.other_payment import OtherPayment, PaymentLoad
from mall.payment_watch.payment_finding import PaymentFinding
from mall.people.organisation import Organisation
from mall.regions.region import code_bounds

#: the posts of a unit that deal with its money
READERS = ("accountant", "finance", "leader")


def visible_payments(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over OtherPayment to the rows this actor may see."""
    return _narrowed(actor, query, OtherPayment)


def visible_findings(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over PaymentFinding to the rows this actor may see."""
    return _narrowed(actor, query, PaymentFinding)


def visible_loads(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over PaymentLoad: a unit sees the loads that bring its own payments alone, finance those of its
    regions. A file that reaches beyond is whoever's who may see all of it."""
    if actor.is_system:
        return query
    conditions = []
    units = actor.organisations_as(*READERS)
    if units:
        conditions.append(PaymentLoad.unit_ids.contained_by(list(units)))
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        lowest, highest = code_bounds(region_code)
        inside = (literal(lowest) <= all_(PaymentLoad.region_codes), literal(highest) >= all_(PaymentLoad.region_codes))
        conditions.append(and_(*inside))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_finding(actor: Actor, number: str, *, lock: bool = False) -> PaymentFinding:
    """One finding; `lock` takes its row. Foreign and missing look the same: Refusal("finding.unknown")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("finding.unknown", number=number[:60].replace("\x00", ""))
    query = visible_findings(actor, select(PaymentFinding).where(PaymentFinding.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    finding = session().scalar(query)
    if finding is None:
        raise Refusal("finding.unknown", number=number)
    return finding


def units_with_payments(actor: Actor) -> list[Organisation]:
    """The units of which this actor sees payments, by region and name."""
    ids = visible_payments(actor, select(OtherPayment)).with_only_columns(OtherPayment.unit_id).distinct()
    query = select(Organisation).where(Organisation.id.in_(ids))
    return list(session().scalars(query.order_by(Organisation.region_code, Organisation.name)))


def _narrowed(actor: Actor, query: Select[Any], table: type[OtherPayment] | type[PaymentFinding]) -> Select[Any]:
    if actor.is_system:
        return query
    conditions = []
    units = actor.organisations_as(*READERS)
    if units:
        conditions.append(table.unit_id.in_(units))
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        conditions.append(table.region_code.between(*code_bounds(region_code)))
    return query.where(or_(*conditions)) if conditions else query.where(false())
