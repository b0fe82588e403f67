"""Doing a thing once: the idempotency record stands in the same transaction as the effect.

A second caller with the same key waits on the row, then gets the first one's answer; a rollback
takes the record away with the effect, so there is no state in which a key is stuck.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import plain
from mall.database import Base, Instant, session
from mall.errors import Refusal


class RequestRecord(Base):
    """One keyed request of one person and its answer."""

    __tablename__ = "request_record"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    action: Mapped[str] = mapped_column(primary_key=True)
    request_key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    answer: Mapped[Any] = mapped_column(JSONB, nullable=True)
    at: Mapped[datetime] = mapped_column(Instant)


@dataclass
class Claim:
    """What `claim` found: a replayed answer, or the right to do the work now."""

    user_id: int
    action: str
    request_key: str
    replayed: bool
    answer: Any = None


def claim(*, actor: Actor, action: str, request_key: str | None, body: Any) -> Claim:
    """First statement of a keyed use-case. `request_key` is 8-200 characters, or None for no key.

    Raises Refusal("request.key_reused") for the same key with another body and
    Refusal("request.key_malformed").
    """
    user_id = actor.user_id or 0
    if request_key is None:
        return Claim(user_id=user_id, action=action, request_key="", replayed=False)
    if not 8 <= len(request_key) <= 200 or not request_key.isprintable():
        raise Refusal("request.key_malformed")
    body_hash = hash_of(body)
    # On the connection, not the session: a replay writes nothing, so it owes no audit record.
    created = (
        session()
        .connection()
        .execute(
            insert(RequestRecord)
            .values(user_id=user_id, action=action, request_key=request_key, body_hash=body_hash, at=clock.now())
            .on_conflict_do_nothing()
            .returning(RequestRecord.user_id)
        )
        .first()
    )
    if created is not None:
        return Claim(user_id=user_id, action=action, request_key=request_key, replayed=False)
    known = (
        session()
        .execute(
            select(RequestRecord.body_hash, RequestRecord.answer).where(
                RequestRecord.user_id == user_id,
                RequestRecord.action == action,
                RequestRecord.request_key == request_key,
            )
        )
        .one()
    )
    if known.body_hash != body_hash:
        raise Refusal("request.key_reused", action=action)
    return Claim(user_id=user_id, action=action, request_key=request_key, replayed=True, answer=known.answer)


def settle(claimed: Claim, answer: Any) -> Any:
    """Last statement of a keyed use-case: keep the answer for whoever asks again. Returns it as JSON holds it."""
    answer = plain(answer)
    if claimed.request_key:
        session().execute(
            update(RequestRecord)
            .where(
                RequestRecord.user_id == claimed.user_id,
                RequestRecord.action == claimed.action,
                RequestRecord.request_key == claimed.request_key,
            )
            .values(answer=answer)
        )
    return answer


def hash_of(body: Any) -> str:
    """SHA-256 over the canonical JSON of `body`."""
    text = json.dumps(plain(body), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
