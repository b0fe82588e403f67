"""Delivery: rows are taken with SKIP LOCKED and a done flag, in order per document; poison is parked and shown.

A cursor (`id > last seen`) is not used: ids become visible out of commit order and it loses rows.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import aliased

from mall import clock
from mall.crash_point import BETWEEN_DELIVERIES, crash_point
from mall.database import atomic, session, settle
from mall.errors import Refusal
from mall.outbox.event import Event, subscribers_of
from mall.outbox.outbox_event import OutboxEvent

MAX_TRIES = 8
_log = structlog.get_logger("outbox")


def deliver_waiting(*, limit: int = 200) -> int:
    """Deliver up to `limit` waiting events, each in a transaction of its own. Returns how many were taken up."""
    taken = 0
    while taken < limit and deliver_next():
        taken += 1
        crash_point(BETWEEN_DELIVERIES)
    return taken


def deliver_next() -> bool:
    """Deliver the next event that is due; False when there is none."""
    failed: tuple[int, str] | None = None
    try:
        return _deliver_one()
    except _SubscriberFailed as error:
        failed = (error.event_id, error.reason)
    _note_failure(event_id=failed[0], reason=failed[1])
    return True


class _SubscriberFailed(Exception):
    def __init__(self, event_id: int, reason: str) -> None:
        super().__init__(reason)
        self.event_id = event_id
        self.reason = reason


@atomic(housekeeping="delivery of events; the deeds themselves were recorded when they happened")
def _deliver_one() -> bool:
    earlier = aliased(OutboxEvent)
    blocked = exists().where(
        earlier.document == OutboxEvent.document, earlier.id < OutboxEvent.id, earlier.state != "done"
    )
    row = (
        session()
        .scalars(
            select(OutboxEvent)
            .where(OutboxEvent.state == "waiting", OutboxEvent.next_try_at <= func.now(), ~blocked)
            .order_by(OutboxEvent.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        .first()
    )
    if row is None:
        return False
    event = Event(id=row.id, name=row.name, document=row.document, payload=row.payload, happened_at=row.happened_at)
    # What subscribers send must not be younger than the disk.
    settle()
    try:
        for subscriber in subscribers_of(row.name):
            subscriber(event)
    # A subscriber may fail in any way; whatever it is, the event must be tried again or parked, never lost.
    except (Exception, Refusal) as error:
        _log.warning("outbox.subscriber_failed", event_name=row.name, document=row.document, exc_info=True)
        raise _SubscriberFailed(row.id, f"{type(error).__name__}: {error}"[:500]) from error
    row.state = "done"
    row.done_at = clock.now()
    return True


@atomic(housekeeping="counting the tries of an event")
def _note_failure(*, event_id: int, reason: str) -> None:
    row = session().get(OutboxEvent, event_id, with_for_update=True)
    if row is None or row.state != "waiting":
        return
    row.tries += 1
    row.last_error = reason
    row.next_try_at = clock.now() + timedelta(seconds=min(2**row.tries, 300))
    if row.tries >= MAX_TRIES:
        row.state = "parked"


@atomic(housekeeping="a person lets a parked event go on")
def release_parked(*, event_id: int) -> bool:
    """Set a parked event back to waiting. Returns whether there was one."""
    result = session().execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id, OutboxEvent.state == "parked")
        .values(state="waiting", tries=0, next_try_at=func.now())
    )
    return result.rowcount == 1
