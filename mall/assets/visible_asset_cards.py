"""Which asset cards a person may see: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, false, or_, select

from mall.access.actor import UNIT_ROLES, Actor
from mall.assets.asset_card import AssetCard
from mall.database import session
from mall.errors import Refusal
from mall.people.organisation import Organisation
from mall.regions.region import code_bounds


def visible_to(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over AssetCard to the rows this actor may see: her unit's, or those of a regulator's region."""
    if actor.is_system:
        return query
    conditions = []
    units = actor.organisations_as(*UNIT_ROLES)
    if units:
        conditions.append(AssetCard.unit_id.in_(units))
    conditions += [AssetCard.region_code.between(*code_bounds(region)) for region in actor.regions_as("regulator")]
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_card(actor: Actor, number: str, *, lock: bool = False) -> AssetCard:
    """One card; `lock` takes its row. Foreign and missing look the same: Refusal("asset.card_unknown")."""
    if len(number) > 60 or not number.isascii() or not number.isprintable():
        raise Refusal("asset.card_unknown", card=number.encode("ascii", "replace").decode()[:60].replace("\x00", ""))
    query = visible_to(actor, select(AssetCard).where(AssetCard.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    card = session().scalar(query)
    if card is None:
        raise Refusal("asset.card_unknown", card=number)
    return card


def units_in_sight(actor: Actor) -> list[Organisation]:
    """The units whose cards this actor may look at, by region and name."""
    query = select(Organisation).where(Organisation.kind == "unit")
    units = actor.organisations_as(*UNIT_ROLES)
    conditions = [Organisation.id.in_(units)] if units else []
    conditions += [Organisation.region_code.between(*code_bounds(region)) for region in actor.regions_as("regulator")]
    if not conditions:
        return []
    return list(session().scalars(query.where(or_(*conditions)).order_by(Organisation.region_code, Organisation.name)))


def own_unit(actor: Actor, unit_id: int) -> Organisation:
    """A unit whose assets this actor keeps. Foreign and missing look the same: Refusal("asset.unknown_unit")."""
    unit = session().get(Organisation, unit_id) if unit_id in actor.organisations_as("receiver", "accountant") else None
    if unit is None:
        raise Refusal("asset.unknown_unit", unit_id=unit_id)
    return unit
