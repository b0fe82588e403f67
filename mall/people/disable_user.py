"""Disabling an account and enabling it again; a disabled person is out at once."""

from __future__ import annotations

from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.people.api_token import revoke_tokens_of
from mall.people.sign_in import forget_devices
from mall.people.user import UserAccount
from mall.people.web_session import end_sessions_of


@atomic
def disable_user(*, actor: Actor, user_id: int, reason: str) -> UserAccount:
    """Disable the account; its sessions, tokens and known devices end in the same transaction.

    Raises Refusal "user.unknown", "user.own_account", "user.reason_missing", "state.not_possible".
    """
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Refusal("user.reason_missing")
    user = _somebody_else(actor=actor, user_id=user_id)
    advance(user, "disable", actor, note=reason)
    ended = end_sessions_of(user_id=user.id)
    revoked = revoke_tokens_of(user_id=user.id)
    forget_devices(user_id=user.id)
    record(
        actor=actor, action="user.end_sessions", subject=user.reference, facts={"sessions": ended, "tokens": revoked}
    )
    return user


@atomic
def enable_user(*, actor: Actor, user_id: int) -> UserAccount:
    """Let a disabled account sign in again. Raises the refusals of `disable_user`."""
    user = _somebody_else(actor=actor, user_id=user_id)
    advance(user, "enable", actor)
    return user


def _somebody_else(*, actor: Actor, user_id: int) -> UserAccount:
    user = session().get(UserAccount, user_id, with_for_update=True)
    if user is None:
        raise Refusal("user.unknown")
    if user.id == actor.user_id:
        raise Refusal("user.own_account")
    return user
