"""Letting a parked event of the outbox be tried again."""

from __future__ import annotations

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic
from mall.errors import Refusal
from mall.outbox.deliver import release_parked


@atomic
def release_event(*, actor: Actor, event_id: int) -> None:
    """Set the event back to waiting. Raises Refusal("event.not_parked")."""
    authorize(actor, "platform.health")
    if not release_parked(event_id=event_id):
        raise Refusal("event.not_parked")
    record(actor=actor, action="event.release", subject=f"event:{event_id}")
