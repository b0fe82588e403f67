"""Telling people of measures: the second regulator what waits, the party what holds and what is over."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.database import session
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.organisation import Organisation, organisation_names
from mall.people.user import people_with
from mall.regions.region import chain
from supervision.credit.measure import Measure

#: event -> code of the notice to the party
CODES = {
    "measure.start": "measure_started",
    "measure.end": "measure_ended",
    "measure.annul": "measure_annulled",
}
#: who of a unit is told
UNIT_READERS = ("leader", "finance", "accountant")


@subscribes("measure.propose", "measure.approve", "measure.reject", "measure.withdraw", *CODES)
def send_measure_notices(event: Event) -> None:
    """Write the notices of one step. The same event again writes nothing."""
    measure = session().scalar(select(Measure).where(Measure.number == event.document.partition(":")[2]))
    if measure is None:
        return
    session().execute(
        update(Notice)
        .where(
            Notice.document == event.document,
            Notice.code == "approve_measure",
            Notice.read_at.is_(None),
            Notice.event_id < event.id,
        )
        .values(read_at=clock.now())
    )
    if event.name == "measure.propose":
        _tell(event, measure, _other_regulators(measure), code="approve_measure")
    elif event.name in CODES:
        _tell(event, measure, _people_of_party(measure), code=CODES[event.name])


def _people_of_party(measure: Measure) -> set[int]:
    roles = ("supplier",) if measure.supplier_id is not None else UNIT_READERS
    return {person.id for role in roles for person in people_with(role, organisation_id=measure.party_id)}


def _other_regulators(measure: Measure) -> set[int]:
    """Those of the party's region and above who did not propose it."""
    offices = session().scalars(
        select(Organisation.id).where(
            Organisation.kind == "finance", Organisation.region_code.in_(chain(measure.region_code))
        )
    )
    people = {person.id for office in offices for person in people_with("regulator", organisation_id=office)}
    return people - {measure.maker_id}


def _tell(event: Event, measure: Measure, people: set[int], *, code: str) -> None:
    facts = {
        "number": measure.number,
        "unit": organisation_names({measure.party_id}).get(measure.party_id, ""),
        "until": measure.until.isoformat(),
        "reason": str(event.payload.get("note") or measure.reason),
    }
    for user_id in sorted(people):
        session().execute(
            insert(Notice)
            .values(
                user_id=user_id,
                event_id=event.id,
                code=code,
                document=event.document,
                facts=facts,
                at=event.happened_at,
            )
            .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
        )
