"""Which suspense items wait for this person, the most urgent first."""

from __future__ import annotations

from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.database import session
from mall.exchange.suspense_item import SuspenseItem
from mall.exchange.visible_suspense import visible_to


def suspense_todo_for(actor: Actor, *, limit: int = 50) -> list[SuspenseItem]:
    """Items to be explained, and those that another one explained and she may settle; nothing for who only reads."""
    if not may(actor, "suspense.handle"):
        return []
    query = visible_to(actor, select(SuspenseItem)).where(SuspenseItem.state.in_(("open", "proposed")))
    found = session().scalars(query.order_by(SuspenseItem.due_at, SuspenseItem.id).limit(limit * 2))
    return [item for item in found if item.state == "open" or may(actor, "suspense.decide", item)][:limit]
