"""One-time links with which a person sets the first password, or a new one after losing it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.database import Base, Instant, session
from mall.people.web_session import secret_hash

LINK_LIFE = timedelta(hours=72)


class WelcomeLink(Base):
    """A link handed out once; only the hash of its secret is kept."""

    __tablename__ = "welcome_link"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


def make_link(*, user_id: int) -> str:
    """A fresh link of this person; older unused ones stop working. Joins the use-case under way."""
    now = clock.now()
    secret = secrets.token_urlsafe(32)
    session().execute(
        update(WelcomeLink).where(WelcomeLink.user_id == user_id, WelcomeLink.used_at.is_(None)).values(used_at=now)
    )
    session().add(
        WelcomeLink(secret_hash=secret_hash(secret), user_id=user_id, created_at=now, expires_at=now + LINK_LIFE)
    )
    return secret


def owner_of_link(secret: str) -> int | None:
    """Whose unused, unexpired link this is; None otherwise."""
    return session().scalar(
        select(WelcomeLink.user_id).where(
            WelcomeLink.secret_hash == secret_hash(secret),
            WelcomeLink.used_at.is_(None),
            WelcomeLink.expires_at > clock.now(),
        )
    )


def use_link(secret: str) -> int | None:
    """Use the link up; of two at once only one gets the owner's id."""
    return session().scalar(
        update(WelcomeLink)
        .where(
            WelcomeLink.secret_hash == secret_hash(secret),
            WelcomeLink.used_at.is_(None),
            WelcomeLink.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
        .returning(WelcomeLink.user_id)
    )
