"""Who is acting: a person with posts, a system job, or a visitor without any."""

from __future__ import annotations

from dataclasses import dataclass, field

#: roles of the buying side; handler, approver, receiver and accountant of one order are four people
UNIT_ROLES = ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance")
OFFICER_ROLES = ("sysadmin", "secadmin", "auditor")
ROLES = (*UNIT_ROLES, "supplier", "centre", "monitor", "regulator", "budget", *OFFICER_ROLES)


@dataclass(frozen=True)
class PostHeld:
    """One post: a role in one organisation. `region_code` is that organisation's division."""

    post_id: int
    role: str
    organisation_id: int
    region_code: int
    organisation_name: str = ""


@dataclass(frozen=True)
class Actor:
    """The one who acts. It is an argument everywhere, never a global."""

    user_id: int | None
    username: str
    name: str
    posts: tuple[PostHeld, ...] = field(default=())
    is_system: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts)

    def has_role(self, *roles: str) -> bool:
        return any(post.role in roles for post in self.posts)

    def organisations_as(self, *roles: str) -> tuple[int, ...]:
        """Ids of the organisations in which this person holds one of the roles."""
        return tuple(sorted({post.organisation_id for post in self.posts if post.role in roles}))

    def regions_as(self, role: str) -> tuple[int, ...]:
        """Region codes of the posts held with this role."""
        return tuple(sorted({post.region_code for post in self.posts if post.role == role}))

    @property
    def unit_ids(self) -> tuple[int, ...]:
        return self.organisations_as(*UNIT_ROLES)

    @property
    def supplier_ids(self) -> tuple[int, ...]:
        return self.organisations_as("supplier")


VISITOR = Actor(user_id=None, username="", name="")
SYSTEM = Actor(user_id=None, username="system", name="系统", is_system=True)
