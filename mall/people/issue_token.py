"""Issuing and revoking the API's bearer tokens."""

from __future__ import annotations

import secrets

from sqlalchemy import update

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.people.api_token import TOKEN_LIFE, TOKEN_PREFIX, ApiToken
from mall.people.sign_in import sign_in
from mall.people.user import UserAccount, actor_of
from mall.people.web_session import secret_hash


def issue_token(*, username: str, password: str, address: str, post_id: int | None = None) -> str:
    """Sign in and hand out a token, "smt_" and 43 characters, told only now; good for 12 hours.

    `post_id` narrows it to one post. Raises the refusals of `sign_in`, and Refusal("token.no_such_post").
    """
    user = sign_in(username=username, password=password, address=address)
    return _make(user=user, post_id=post_id)


@atomic
def _make(*, user: UserAccount, post_id: int | None) -> str:
    actor = actor_of(user)
    if post_id is not None and post_id not in {post.post_id for post in actor.posts}:
        raise Refusal("token.no_such_post", post_id=post_id)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    session().add(
        ApiToken(
            token_hash=secret_hash(token),
            user_id=user.id,
            post_id=post_id,
            created_at=now,
            expires_at=now + TOKEN_LIFE,
        )
    )
    record(actor=actor, action="token.issue", subject=user.reference, facts={"post_id": post_id})
    return token


@atomic
def revoke_token(*, actor: Actor, token_id: int) -> None:
    """End one of the actor's own tokens. Raises Refusal("token.no_such_token") for anybody else's, too."""
    ended = session().execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.user_id == actor.user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    if not ended.rowcount:
        raise Refusal("token.no_such_token")
    record(actor=actor, action="token.revoke", subject=f"user:{actor.user_id}", facts={"token_id": token_id})
