"""Setting a password: the first one through a one-time link, another one with the old one."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.people.api_token import revoke_tokens_of
from mall.people.confirm_password import confirm_password
from mall.people.password import hash_password, require_good_password, verify_password
from mall.people.sign_in import forget_devices
from mall.people.user import UserAccount, actor_of
from mall.people.web_session import end_sessions_of
from mall.people.welcome_link import use_link


@atomic
def set_password_by_link(*, link: str, password: str) -> UserAccount:
    """Use up the one-time link and set the password; an invited account becomes active.

    Raises Refusal "welcome.link_spent" (used, expired or never given out) or one of "password.*", which leaves
    the link as it was.
    """
    user_id = use_link(link)
    user = session().get(UserAccount, user_id, with_for_update=True) if user_id is not None else None
    if user is None or user.state == "disabled":
        raise Refusal("welcome.link_spent")
    require_good_password(password, username=user.username)
    _set(user, password=password)
    forget_devices(user_id=user.id)
    end_sessions_of(user_id=user.id)
    actor = actor_of(user)
    if user.state == "invited":
        advance(user, "activate", actor)
    record(actor=actor, action="account.set_password", subject=user.reference, facts={"by": "link"})
    return user


def change_password(*, actor: Actor, old: str, new: str, session_id: int | None) -> None:
    """Set another password; every other session, token and known device of the person ends.

    Raises Refusal "sign.wrong_password", "signin.throttled", "password.same" or one of "password.*".
    """
    confirm_password(actor=actor, password=old)
    _change(actor=actor, new=new, session_id=session_id)


@atomic
def _change(*, actor: Actor, new: str, session_id: int | None) -> None:
    user = session().get_one(UserAccount, actor.user_id, with_for_update=True)
    require_good_password(new, username=user.username)
    if verify_password(user.password_hash, new):
        raise Refusal("password.same")
    _set(user, password=new)
    forget_devices(user_id=user.id)
    end_sessions_of(user_id=user.id, except_session_id=session_id)
    record(actor=actor, action="account.set_password", subject=user.reference, facts={"by": "owner"})


def _set(user: UserAccount, *, password: str) -> None:
    user.password_hash = hash_password(password)
    user.password_changed_at = clock.now()
    revoke_tokens_of(user_id=user.id)
