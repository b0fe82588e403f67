"""Which posts one person must not, and which one had better not, hold together."""

from __future__ import annotations

from dataclasses import dataclass

from mall.access.actor import OFFICER_ROLES, PostHeld
from mall.errors import Refusal

#: roles by the kind of organisation they belong to
ROLES_OF_KIND = {
    "unit": ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance"),
    "department": ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance"),
    "supplier": ("supplier",),
    "centre": ("centre", "monitor"),
    "finance": ("regulator", "budget"),
    "platform": OFFICER_ROLES,
}

#: duties of one order that must be four people: holding two in one unit is allowed (small units), and warned about
SEPARATED = ("handler", "approver", "receiver", "accountant")
# A regulator sees everything and changes nothing: so she does not decide budgets.
# The monitor judges what the centre judges, without knowing what it said: so they are two people.
_SIDES = {role: role for role in ("supplier", "centre", "monitor", "regulator", "budget")}


@dataclass(frozen=True)
class DutyWarning:
    """A finding: this person can carry only one of these duties in any one order."""

    roles: tuple[str, ...]
    organisation_name: str


def require_compatible(role: str, *, held: tuple[PostHeld, ...]) -> None:
    """Raise Refusal "post.officer_exclusive" (an officer holds one post and no business post) or
    "post.opposite_sides" (buyer, seller, centre, monitor, regulator and budget officer are never one person)."""
    if role in OFFICER_ROLES and held:
        raise Refusal("post.officer_exclusive", role=role)
    if any(post.role in OFFICER_ROLES for post in held):
        raise Refusal("post.officer_exclusive", role=role)
    if any(_side(post.role) != _side(role) for post in held):
        raise Refusal("post.opposite_sides", role=role)


def warnings_about(posts: tuple[PostHeld, ...]) -> list[DutyWarning]:
    """Separated duties that this person holds together in one unit."""
    found = []
    for organisation_id in sorted({post.organisation_id for post in posts}):
        there = [post for post in posts if post.organisation_id == organisation_id and post.role in SEPARATED]
        if len(there) > 1:
            roles = tuple(role for role in SEPARATED if role in {post.role for post in there})
            found.append(DutyWarning(roles=roles, organisation_name=there[0].organisation_name))
    return found


def _side(role: str) -> str:
    return _SIDES.get(role, "officer" if role in OFFICER_ROLES else "unit")
