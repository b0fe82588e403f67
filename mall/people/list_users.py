"""The officers' list of accounts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from mall.access.actor import Actor, PostHeld
from mall.access.authorize import authorize
from mall.database import session
from mall.people.organisation import Organisation
from mall.people.sign_in_throttle import counters_of
from mall.people.user import UserAccount, UserPost

PAGE_SIZE = 50


@dataclass(frozen=True)
class ListedUser:
    """One account with its posts and the failed sign-ins counted now."""

    user: UserAccount
    posts: tuple[PostHeld, ...]
    failures: int


@dataclass(frozen=True)
class UserList:
    """One page of accounts. `pages` is at least 1."""

    users: list[ListedUser]
    total: int
    page: int
    pages: int


def list_users(*, actor: Actor, text: str, state: str, page: int) -> UserList:
    """Accounts whose name, username or organisation contains `text`, by username."""
    authorize(actor, "people.list")
    wanted = select(UserAccount)
    if text:
        in_organisation = (
            select(UserPost.user_id)
            .join(Organisation, Organisation.id == UserPost.organisation_id)
            .where(UserPost.ended_at.is_(None), Organisation.name.contains(text, autoescape=True))
        )
        wanted = wanted.where(
            or_(
                UserAccount.username.icontains(text, autoescape=True),
                UserAccount.name.contains(text, autoescape=True),
                UserAccount.id.in_(in_organisation),
            )
        )
    if state:
        wanted = wanted.where(UserAccount.state == state)
    total = session().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    found = list(
        session().scalars(wanted.order_by(UserAccount.username).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    )
    posts = posts_by_user([user.id for user in found])
    failures = counters_of([user.username for user in found])
    listed = [ListedUser(user, posts.get(user.id, ()), failures.get(user.username.lower(), 0)) for user in found]
    return UserList(users=listed, total=total, page=page, pages=pages)


def posts_by_user(user_ids: list[int]) -> dict[int, tuple[PostHeld, ...]]:
    """The present posts of several people, in one query."""
    rows = session().execute(
        select(
            UserPost.user_id, UserPost.id, UserPost.role, UserPost.organisation_id, Organisation.region_code,
            Organisation.name,
        )
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .where(UserPost.user_id.in_(user_ids), UserPost.ended_at.is_(None))
        .order_by(UserPost.id)
    )  # fmt: skip
    found: dict[int, tuple[PostHeld, ...]] = {}
    for row in rows:
        found[row[0]] = (*found.get(row[0], ()), PostHeld(*row[1:]))
    return found


def organisations_like(text: str, *, limit: int = 30) -> list[Organisation]:
    """Active organisations whose name contains `text` or whose credit code begins with it, for choosing one."""
    if not text:
        return []
    return list(
        session().scalars(
            select(Organisation)
            .where(
                Organisation.state == "active",
                or_(
                    Organisation.name.contains(text, autoescape=True),
                    Organisation.credit_code.startswith(text.upper(), autoescape=True),
                ),
            )
            .order_by(Organisation.name)
            .limit(limit)
        )
    )
