"""Plain questions about an actor and a subject, from which the permission table is built.

Asked without a subject (may this person ever do it?) a predicate answers for the role alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mall.access.actor import UNIT_ROLES, Actor
from mall.access.separate_people import people_kept_from

Predicate = Callable[[Actor, Any], bool]


def everyone(actor: Actor, subject: Any) -> bool:
    return True


def signed_in(actor: Actor, subject: Any) -> bool:
    return actor.is_signed_in


def is_system(actor: Actor, subject: Any) -> bool:
    return actor.is_system


def holds(*roles: str) -> Predicate:
    """The actor holds one of the roles somewhere."""

    def predicate(actor: Actor, subject: Any) -> bool:
        return actor.has_role(*roles)

    return predicate


def in_buying_unit(*roles: str) -> Predicate:
    """The actor holds one of the roles in the unit that buys."""

    def predicate(actor: Actor, subject: Any) -> bool:
        units = actor.organisations_as(*roles)
        return bool(units) if subject is None else subject.unit_id in units

    return predicate


def of_selling_supplier(actor: Actor, subject: Any) -> bool:
    """The actor acts for the supplier of this document or listing."""
    return bool(actor.supplier_ids) if subject is None else subject.supplier_id in actor.supplier_ids


def not_of_selling_supplier(actor: Actor, subject: Any) -> bool:
    """The actor does not act for the supplier whose goods these are."""
    return subject is None or subject.supplier_id not in actor.supplier_ids


def of_organisation(*roles: str) -> Predicate:
    """The actor holds one of the roles in the very organisation that is the subject."""

    def predicate(actor: Actor, subject: Any) -> bool:
        held = actor.organisations_as(*roles)
        return bool(held) if subject is None else subject.id in held

    return predicate


def covers(region_code: int, code: int) -> bool:
    """Whether the division `region_code` contains the division `code` (GB/T 2260 numbering)."""
    if region_code % 10000 == 0:
        return code // 10000 == region_code // 10000
    if region_code % 100 == 0:
        return code // 100 == region_code // 100
    return code == region_code


def regulates(actor: Actor, subject: Any) -> bool:
    """The actor is a regulator of a region that contains the subject's."""
    regions = actor.regions_as("regulator")
    return bool(regions) if subject is None else any(covers(region, subject.region_code) for region in regions)


def decides_budgets(actor: Actor, subject: Any) -> bool:
    """The actor is a budget officer of a region that contains the subject's."""
    regions = actor.regions_as("budget")
    return bool(regions) if subject is None else any(covers(region, subject.region_code) for region in regions)


def oversees_province(actor: Actor, subject: Any) -> bool:
    """The actor regulates, or decides the budgets of, a whole province: what concerns all regions at once."""
    return any(region % 10000 == 0 for role in ("regulator", "budget") for region in actor.regions_as(role))


def in_concerned_unit(*roles: str) -> Predicate:
    """The actor holds one of the roles in a unit whose budget lines the document touches."""

    def predicate(actor: Actor, subject: Any) -> bool:
        units = actor.organisations_as(*roles)
        return bool(units) if subject is None else not set(subject.unit_ids).isdisjoint(units)

    return predicate


def drawn_up_by(side: str) -> Predicate:
    """The document was drawn up by this side, "unit" or "finance"."""

    def predicate(actor: Actor, subject: Any) -> bool:
        return subject is None or subject.side == side

    return predicate


def had_no_hand_in(actor: Actor, subject: Any) -> bool:
    """The actor neither drew the document up nor changed or submitted it (four eyes)."""
    return subject is None or actor.user_id not in subject.maker_ids


def did_not_explain(actor: Actor, subject: Any) -> bool:
    """The actor is not the one who explained the finding (four eyes)."""
    return subject is None or actor.user_id != subject.explained_by_id


def at_desk(actor: Actor, subject: Any) -> bool:
    """The actor is a regulator of the very region at whose desk the case lies."""
    regions = actor.regions_as("regulator")
    return bool(regions) if subject is None else subject.desk_region_code in regions


def above_desk(actor: Actor, subject: Any) -> bool:
    """The actor is a regulator of a region that contains, and is not, the one at whose desk the case lies."""
    regions = actor.regions_as("regulator")
    if subject is None:
        return bool(regions)
    desk = subject.desk_region_code
    return any(region != desk and covers(region, desk) for region in regions)


def at_or_above_desk(actor: Actor, subject: Any) -> bool:
    """The actor is a regulator of the case's desk or of a level above it."""
    return at_desk(actor, subject) or above_desk(actor, subject)


def is_assigned(actor: Actor, subject: Any) -> bool:
    """The case was given to this very person."""
    return subject is None or subject.assigned_to_id == actor.user_id


def did_not_decide(actor: Actor, subject: Any) -> bool:
    """The actor is not the one who decided the case: an appeal is heard by somebody else."""
    return subject is None or subject.decided_by_id != actor.user_id


def heard_for_unit(*roles: str) -> Predicate:
    """The actor holds one of the roles in the unit that the case is about and that was asked about it."""

    def predicate(actor: Actor, subject: Any) -> bool:
        units = actor.organisations_as(*roles)
        return bool(units) if subject is None else "unit" in subject.asked and subject.unit_id in units

    return predicate


def heard_as_supplier(actor: Actor, subject: Any) -> bool:
    """The actor acts for the supplier that the case is about and that was asked about it."""
    suppliers = actor.supplier_ids
    return bool(suppliers) if subject is None else "supplier" in subject.asked and subject.supplier_id in suppliers


def centre_of_region(actor: Actor, subject: Any) -> bool:
    """The actor works in the purchasing centre that serves the subject's region."""
    regions = actor.regions_as("centre")
    return bool(regions) if subject is None else any(covers(region, subject.region_code) for region in regions)


def carries_no_other_duty(duty: str) -> Predicate:
    """The actor carries, and carried, no duty of this order that excludes this one (separation of duties)."""

    def predicate(actor: Actor, subject: Any) -> bool:
        return subject is None or actor.user_id not in people_kept_from(duty, subject=subject)

    return predicate


def is_handler_of(actor: Actor, subject: Any) -> bool:
    """The actor is the very person who drew the document up."""
    return actor.has_role("handler") if subject is None else subject.handler_id == actor.user_id


def is_owner(actor: Actor, subject: Any) -> bool:
    """The row belongs to the actor's own account."""
    return actor.is_signed_in if subject is None else subject.user_id == actor.user_id


in_any_unit_post = in_buying_unit(*UNIT_ROLES)
in_any_concerned_post = in_concerned_unit(*UNIT_ROLES)
