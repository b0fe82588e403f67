"""Granting and ending posts: the security administrator's work; it takes effect at the next request."""

from __future__ import annotations

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.outbox.event import publish
from mall.people.duty_conflicts import ROLES_OF_KIND, DutyWarning, require_compatible, warnings_about
from mall.people.organisation import Organisation
from mall.people.sign_in_throttle import clear_account
from mall.people.user import UserAccount, UserPost, posts_of
from mall.people.web_session import end_sessions_of


@atomic
def grant_post(*, actor: Actor, user_id: int, organisation_id: int, role: str) -> list[DutyWarning]:
    """Give a person a role in an organisation; sessions end, so that nobody goes on with old rights.

    Returns what the officer should know about combined duties. Raises Refusal "user.unknown",
    "user.own_account", "user.disabled", "post.no_such_organisation", "post.wrong_kind", "post.held_already",
    "post.officer_exclusive", "post.opposite_sides".
    """
    user = _person(actor=actor, user_id=user_id)
    if user.state == "disabled":
        raise Refusal("user.disabled", name=user.name)
    place = session().get(Organisation, organisation_id)
    if place is None or place.state != "active":
        raise Refusal("post.no_such_organisation")
    if role not in ROLES_OF_KIND[place.kind]:
        raise Refusal("post.wrong_kind", role=role, organisation=place.name)
    held = posts_of(user.id)
    if any(post.role == role and post.organisation_id == place.id for post in held):
        raise Refusal("post.held_already", role=role, organisation=place.name)
    require_compatible(role, held=held)
    session().add(UserPost(user_id=user.id, organisation_id=place.id, role=role, granted_at=clock.now()))
    session().flush()
    end_sessions_of(user_id=user.id)
    record(actor=actor, action="post.grant", subject=user.reference, facts={"role": role, "organisation_id": place.id})
    publish("post.granted", document=user.reference, payload={"role": role, "organisation_id": place.id})
    return warnings_about(posts_of(user.id))


@atomic
def end_post(*, actor: Actor, post_id: int) -> UserAccount:
    """End a post now; the person's sessions end with it. Raises Refusal "post.unknown", "user.own_account"."""
    post = session().scalar(select(UserPost).where(UserPost.id == post_id, UserPost.ended_at.is_(None)))
    if post is None:
        raise Refusal("post.unknown")
    user = _person(actor=actor, user_id=post.user_id)
    session().refresh(post, with_for_update=True)
    if post.ended_at is not None:
        raise Refusal("post.unknown")
    post.ended_at = clock.now()
    end_sessions_of(user_id=user.id)
    record(
        actor=actor,
        action="post.end",
        subject=user.reference,
        facts={"role": post.role, "organisation_id": post.organisation_id},
    )
    publish("post.ended", document=user.reference, payload={"role": post.role})
    return user


@atomic
def unlock_sign_in(*, actor: Actor, user_id: int) -> int:
    """Forget the failed sign-ins of an account; returns from how many networks there were some."""
    authorize(actor, "people.unlock")
    user = session().get(UserAccount, user_id)
    if user is None:
        raise Refusal("user.unknown")
    cleared = clear_account(user.username)
    record(actor=actor, action="user.unlock", subject=user.reference, facts={"counters": cleared})
    return cleared


def _person(*, actor: Actor, user_id: int) -> UserAccount:
    """The account, locked: two grants to one person come one after the other."""
    if not actor.is_system:
        authorize(actor, "people.grant")
    user = session().get(UserAccount, user_id, with_for_update=True)
    if user is None:
        raise Refusal("user.unknown")
    if user.id == actor.user_id:
        raise Refusal("user.own_account")
    return user
