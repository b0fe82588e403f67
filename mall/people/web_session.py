"""Sessions of signed-in people: rows that can be ended at once, found by the hash of a secret in a cookie."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Identity, Index, Text, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.access.actor import Actor, PostHeld
from mall.database import Base, Instant, atomic, session
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, UserPost

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
#: last_seen_at is written at most this often
SEEN_EVERY = timedelta(minutes=1)


class WebSession(Base):
    """One signed-in browser. `secret_hash` is the SHA-256 of the 256-bit secret that only the cookie holds."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_user_id", "user_id"), Index("ix_web_session_last_seen_at", "last_seen_at"))

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    began_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str]
    browser: Mapped[str]
    contents: Mapped[str] = mapped_column(Text, server_default="{}")


@dataclass(frozen=True)
class FoundSession:
    """A session that is still good, with the person behind it."""

    session_id: int
    actor: Actor
    language: str
    began_at: datetime
    last_seen_at: datetime
    contents: str


def secret_hash(secret: str) -> str:
    """What the database keeps instead of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_session(secret: str) -> FoundSession | None:
    """The session of this secret with its person and posts, in one query.

    None when it is unknown, ended, idle for 30 minutes, older than 12 hours, or its person is not active.
    """
    now = clock.now()
    rows = session().execute(
        select(
            WebSession.id, WebSession.began_at, WebSession.last_seen_at, WebSession.contents,
            UserAccount.id, UserAccount.username, UserAccount.name, UserAccount.language,
            UserPost.id, UserPost.role, UserPost.organisation_id, Organisation.region_code, Organisation.name,
        )
        .join(UserAccount, UserAccount.id == WebSession.user_id)
        .outerjoin(UserPost, (UserPost.user_id == UserAccount.id) & UserPost.ended_at.is_(None))
        .outerjoin(Organisation, Organisation.id == UserPost.organisation_id)
        .where(
            WebSession.secret_hash == secret_hash(secret),
            WebSession.last_seen_at > now - IDLE_LIMIT,
            WebSession.began_at > now - ABSOLUTE_LIMIT,
            UserAccount.state == "active",
        )
        .order_by(UserPost.id)
    ).all()  # fmt: skip
    if not rows:
        return None
    session_id, began_at, last_seen_at, contents, user_id, username, name, language = rows[0][:8]
    posts = tuple(PostHeld(*row[8:]) for row in rows if row[8] is not None)
    actor = Actor(user_id=user_id, username=username, name=name, posts=posts)
    return FoundSession(session_id, actor, language, began_at, last_seen_at, contents)


@atomic(housekeeping="the sign-in itself was recorded; this is the browser's ticket")
def begin_session(*, user_id: int, address: str, browser: str) -> tuple[int, str]:
    """A new session; returns its id and its secret, which is told only now. Sweeps out what has expired."""
    now = clock.now()
    secret = secrets.token_urlsafe(32)
    writing = session()
    writing.execute(
        delete(WebSession).where(
            (WebSession.last_seen_at < now - IDLE_LIMIT) | (WebSession.began_at < now - ABSOLUTE_LIMIT)
        )
    )
    row = WebSession(
        secret_hash=secret_hash(secret),
        user_id=user_id,
        began_at=now,
        last_seen_at=now,
        address=address,
        browser=browser[:200],
    )
    writing.add(row)
    writing.flush()
    return row.id, secret


@atomic(housekeeping="the contents of a session are the browser's scratch paper")
def keep_session(*, session_id: int, contents: str | None) -> None:
    """Note that the session was used just now, and its contents when they changed (None: unchanged)."""
    values: dict[str, object] = {"last_seen_at": clock.now()}
    if contents is not None:
        values["contents"] = contents
    session().execute(update(WebSession).where(WebSession.id == session_id).values(**values))


@atomic(housekeeping="joins the use-case that ends the sessions, or the sign-out, which is recorded")
def end_sessions_of(*, user_id: int, except_session_id: int | None = None) -> int:
    """End every session of the person at once; returns how many."""
    ended = delete(WebSession).where(WebSession.user_id == user_id)
    if except_session_id is not None:
        ended = ended.where(WebSession.id != except_session_id)
    return session().execute(ended).rowcount


def sessions_of(user_id: int) -> list[WebSession]:
    """The sessions of a person that are still good, latest first."""
    now = clock.now()
    return list(
        session().scalars(
            select(WebSession)
            .where(
                WebSession.user_id == user_id,
                WebSession.last_seen_at > now - IDLE_LIMIT,
                WebSession.began_at > now - ABSOLUTE_LIMIT,
            )
            .order_by(WebSession.last_seen_at.desc())
        )
    )
