"""Publishing: an event is a row in the business transaction, nothing more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from mall import clock
from mall.audit.record import plain
from mall.database import session
from mall.outbox.outbox_event import OutboxEvent


@dataclass(frozen=True)
class Event:
    """What a subscriber is handed. Deliveries repeat after a crash: subscribers are idempotent by `id`."""

    id: int
    name: str
    document: str
    payload: dict[str, Any]
    happened_at: datetime


Subscriber = Callable[[Event], None]
_subscribers: dict[str, list[Subscriber]] = {}
_INSERT = insert(OutboxEvent.__table__)


def publish(name: str, *, document: str, payload: dict[str, Any] | None = None) -> None:
    """Write the event into the outbox of the transaction under way."""
    session().execute(_INSERT, event_row(name, document=document, payload=payload))


def event_row(name: str, *, document: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
    """The values of one event; for the door of documents, which writes it in one statement with others."""
    return {"name": name, "document": document, "payload": plain(payload or {}), "happened_at": clock.now()}


def subscribes(*names: str) -> Callable[[Subscriber], Subscriber]:
    """Register a function for events of these names. It runs in the worker, inside one transaction per event."""

    def register(subscriber: Subscriber) -> Subscriber:
        for name in names:
            known = _subscribers.setdefault(name, [])
            if subscriber not in known:
                known.append(subscriber)
        return subscriber

    return register


def subscribers_of(name: str) -> tuple[Subscriber, ...]:
    """Who wants to hear of events with this name."""
    return tuple(_subscribers.get(name, ()))
