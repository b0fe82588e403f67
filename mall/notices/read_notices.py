"""Marking one's own notices as read."""

from __future__ import annotations

from sqlalchemy import update

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.database import atomic, session
from mall.errors import Refusal
from mall.notices.notice import Notice


@atomic(housekeeping="what a person has looked at is no deed upon a document")
def mark_read(*, actor: Actor, notice_id: int | None = None) -> int:
    """Mark one notice of the actor as read, or all when none is named. Returns how many were unread.

    Raises Refusal "notice.unknown" for a notice that is not there or not hers.
    """
    authorize(actor, "notice.read")
    query = update(Notice).where(Notice.user_id == actor.user_id, Notice.read_at.is_(None))
    if notice_id is not None:
        owned = session().get(Notice, notice_id)
        if owned is None or owned.user_id != actor.user_id:
            raise Refusal("notice.unknown", notice_id=notice_id)
        query = query.where(Notice.id == notice_id)
    return session().execute(query.values(read_at=clock.now())).rowcount
