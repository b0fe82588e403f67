"""Making accounts: the system administrator makes them, the security administrator gives them posts."""

from __future__ import annotations

import re

from sqlalchemy.exc import IntegrityError

from mall import clock
from mall.access.actor import OFFICER_ROLES, Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.outbox.event import publish
from mall.people.user import UserAccount, posts_of, user_by_username
from mall.people.welcome_link import make_link

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


@atomic
def create_user(*, actor: Actor, username: str, name: str) -> tuple[UserAccount, str]:
    """A new account without password and posts, and the secret of its one-time link (72 hours), told only now.

    Such an account can do nothing until a post is granted. Raises Refusal "user.name_malformed",
    "user.username_malformed", "user.username_taken".
    """
    if not actor.is_system:
        authorize(actor, "people.create")
    username, name = username.strip().lower(), " ".join(name.split())
    if not _USERNAME.fullmatch(username):
        raise Refusal("user.username_malformed")
    if not 1 <= len(name) <= 60:
        raise Refusal("user.name_malformed")
    if user_by_username(username) is not None:
        raise Refusal("user.username_taken", username=username)
    user = UserAccount(username=username, name=name, state="invited", created_at=clock.now(), language="zh")
    session().add(user)
    try:
        session().flush()
    except IntegrityError as error:
        raise Refusal("user.username_taken", username=username) from error
    link = make_link(user_id=user.id)
    record(actor=actor, action="user.create", subject=user.reference, facts={"username": username})
    publish("user.created", document=user.reference)
    return user, link


@atomic
def renew_link(*, actor: Actor, user_id: int) -> tuple[UserAccount, str]:
    """Another one-time link for somebody who lost the first one or the password; older ones stop working.

    Raises Refusal "user.unknown", "user.disabled", "user.own_account", and "user.officer_link" for an officer's
    account: the system administrator must not be able to become another officer. The command line can.
    """
    if not actor.is_system:
        authorize(actor, "people.create")
    user = session().get(UserAccount, user_id, with_for_update=True)
    if user is None:
        raise Refusal("user.unknown")
    if user.id == actor.user_id:
        raise Refusal("user.own_account")
    if user.state == "disabled":
        raise Refusal("user.disabled", name=user.name)
    if not actor.is_system and any(post.role in OFFICER_ROLES for post in posts_of(user.id)):
        raise Refusal("user.officer_link")
    link = make_link(user_id=user.id)
    record(actor=actor, action="user.renew_link", subject=user.reference)
    return user, link
