"""Ending one's own sessions: signing out, or ending the session of a lost browser."""

from __future__ import annotations

from sqlalchemy import delete

from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.people.web_session import WebSession


@atomic
def sign_out(*, actor: Actor, session_id: int) -> None:
    """End the session that asks for it; a replayed cookie finds nothing."""
    _end(actor=actor, session_id=session_id)
    record(actor=actor, action="account.sign_out", subject=f"user:{actor.user_id}")


@atomic
def end_own_session(*, actor: Actor, session_id: int) -> None:
    """End one of the actor's sessions. Raises Refusal("account.no_such_session") for anybody else's, too."""
    if not _end(actor=actor, session_id=session_id):
        raise Refusal("account.no_such_session")
    record(actor=actor, action="account.end_session", subject=f"user:{actor.user_id}", facts={"session_id": session_id})


def _end(*, actor: Actor, session_id: int) -> int:
    return (
        session()
        .execute(delete(WebSession).where(WebSession.id == session_id, WebSession.user_id == actor.user_id))
        .rowcount
    )
