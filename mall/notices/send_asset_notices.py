"""Telling a unit's accountants that its asset cards do not fit its orders or its books."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.database import session
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.organisation import organisation_names
from mall.people.user import people_with


@subscribes("asset.faults_found")
def send_asset_notices(event: Event) -> None:
    """Write the notices of one check in the place of those of the check before. The same event again writes nothing."""
    unit_id = int(event.payload["unit_id"])
    session().execute(
        update(Notice)
        .where(Notice.document == event.document, Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now())
    )
    facts = {
        "unit": organisation_names({unit_id}).get(unit_id, ""),
        "count": event.payload["count"],
        "overdue": event.payload["overdue"],
    }
    for person in people_with("accountant", organisation_id=unit_id):
        session().execute(
            insert(Notice)
            .values(
                user_id=person.id,
                event_id=event.id,
                code="asset_faults",
                document=event.document,
                facts=facts,
                at=event.happened_at,
            )
            .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
        )
