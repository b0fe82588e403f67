"""Bearer tokens of the API: each belongs to a person and, if asked for, to one of the person's posts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Identity, Index, bindparam, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.access.actor import Actor, PostHeld
from mall.database import Base, Instant, atomic, session
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, UserPost
from mall.people.web_session import secret_hash

TOKEN_LIFE = timedelta(hours=12)
TOKEN_PREFIX = "smt_"
USED_EVERY = timedelta(minutes=5)


class ApiToken(Base):
    """One token; only its SHA-256 is kept."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("user_post.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


#: built once: this runs before every request of the API
_ACTOR_OF_TOKEN = (
    select(
        ApiToken.id, ApiToken.post_id, ApiToken.last_used_at,
        UserAccount.id, UserAccount.username, UserAccount.name,
        UserPost.id, UserPost.role, UserPost.organisation_id, Organisation.region_code, Organisation.name,
    )
    .join(UserAccount, UserAccount.id == ApiToken.user_id)
    .outerjoin(
        UserPost,
        (UserPost.user_id == UserAccount.id)
        & UserPost.ended_at.is_(None)
        & or_(ApiToken.post_id.is_(None), UserPost.id == ApiToken.post_id),
    )
    .outerjoin(Organisation, Organisation.id == UserPost.organisation_id)
    .where(
        ApiToken.token_hash == bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.expires_at > bindparam("now"),
        UserAccount.state == "active",
    )
    .order_by(UserPost.id)
)  # fmt: skip


def actor_of_token(token: str) -> Actor | None:
    """The person (with all posts, or the token's one) behind a token that is still good, in one query."""
    if not token.startswith(TOKEN_PREFIX) or len(token) > 100:
        return None
    now = clock.now()
    rows = session().execute(_ACTOR_OF_TOKEN, {"token_hash": secret_hash(token), "now": now}).all()
    if not rows:
        return None
    token_id, _post_id, last_used_at, user_id, username, name = rows[0][:6]
    if last_used_at is None or now - last_used_at > USED_EVERY:
        _note_use(token_id)
    posts = tuple(PostHeld(*row[6:]) for row in rows if row[6] is not None)
    return Actor(user_id=user_id, username=username, name=name, posts=posts)


@atomic(housekeeping="when a token was last used; what it did is recorded by the deed")
def _note_use(token_id: int) -> None:
    session().execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=clock.now()))


def tokens_of(user_id: int) -> list[ApiToken]:
    """The person's tokens that still work, latest first."""
    return list(
        session().scalars(
            select(ApiToken)
            .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > clock.now())
            .order_by(ApiToken.id.desc())
        )
    )


def revoke_tokens_of(*, user_id: int) -> int:
    """End all tokens of the person; joins the use-case under way. Returns how many."""
    return (
        session()
        .execute(
            update(ApiToken)
            .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )
        .rowcount
    )
