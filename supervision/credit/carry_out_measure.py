"""Carrying measures out, by the system and through the mall's own use-cases, and lifting them when they are over.

Regulators decide; they write nothing in the business of others. What they decided goes out by the outbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.catalogue.hold_listing import freeze_listing, lift_hold
from mall.catalogue.listing import Listing
from mall.catalogue.listing_hold import open_hold
from mall.database import atomic, close_reading, session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.outbox.event import Event, subscribes
from mall.suppliers.suspend_supplier import lift_stop, stop_supplier
from supervision.credit.deeds import Deed
from supervision.credit.impose_measure import annul_measure
from supervision.credit.measure import Measure, visible_measure

_STOPS = {"suspend": "suspended", "remove": "removed"}
_FREEZABLE = ("on_shelf", "off_shelf")


@subscribes("measure.approve")
def start_approved(event: Event) -> None:
    """What two regulators decided begins."""
    start_measure(actor=SYSTEM, number=event.document.partition(":")[2])


@subscribes("measure.annul")
def lift_annulled(event: Event) -> None:
    """What was annulled holds nobody any more."""
    measure = visible_measure(SYSTEM, event.document.partition(":")[2], lock=True)
    if measure.state == "annulled":
        _lift(measure, actor=SYSTEM)


@subscribes("watch_case.overturn", "watch_case.dismiss")
def annul_with_case(event: Event) -> None:
    """A case that falls takes its measures with it."""
    query = select(Measure.number).where(
        Measure.case_number == event.document.partition(":")[2], Measure.state.in_(("approved", "in_force"))
    )
    for number in list(session().scalars(query.order_by(Measure.id))):
        annul_measure(actor=SYSTEM, number=number, note="线索认定已被撤销")


@atomic
def start_measure(*, actor: Actor, number: str) -> None:
    """Carry it out, once. Raises Refusal "measure.unknown", "access.denied"."""
    measure = visible_measure(actor, number, lock=True)
    if measure.state != "approved":
        return
    if measure.kind in _STOPS and measure.supplier_id is not None:
        stop_supplier(
            actor=actor,
            supplier_id=measure.supplier_id,
            kind=_STOPS[measure.kind],
            source=measure.reference,
            reason=_reason(measure),
            until=measure.until,
        )
    if measure.listing_id is not None:
        _freeze(measure, actor=actor)
    measure.started_on = clock.today()
    advance(measure, "start", actor, facts={"undone": measure.undone})


@atomic
def end_measure(*, actor: Actor, number: str) -> None:
    """End one whose last day has passed. Raises Refusal "measure.unknown", "measure.not_over", "access.denied"."""
    measure = visible_measure(actor, number, lock=True)
    measure.states.step("end", measure.state)
    if measure.until >= clock.today():
        raise Refusal("measure.not_over", until=measure.until)
    measure.ended_on = clock.today()
    advance(measure, "end", actor)
    _lift(measure, actor=actor)


def end_due_measures() -> int:
    """The worker's chore: whatever has passed its last day ends by itself. Returns how many did."""
    query = select(Measure.number).where(Measure.state == "in_force", Measure.until < clock.today())
    numbers = list(session().scalars(query.order_by(Measure.id)))
    close_reading()
    for number in numbers:
        end_measure(actor=SYSTEM, number=number)
    return len(numbers)


def measure_deeds(party_id: int, since: date, on: date) -> Iterator[Deed]:
    """Their points, for the credit score; what was annulled counts for nothing."""
    query = select(Measure).where(
        (Measure.supplier_id == party_id) | (Measure.unit_id == party_id),
        Measure.state.in_(("in_force", "ended")),
        Measure.points > 0,
        Measure.started_on.between(since, on),
    )
    for one in session().scalars(query):
        code = "measure_points" if one.supplier_id is not None else "unit_measure_points"
        assert one.started_on is not None
        yield Deed(code, one.reference, one.started_on, times=one.points, until=one.until)


def _freeze(measure: Measure, *, actor: Actor) -> None:
    listing = session().get(Listing, measure.listing_id)
    if listing is None or listing.state not in _FREEZABLE or measure.until < clock.today():
        measure.undone = "listing_not_for_sale"
        return
    freeze_listing(actor=actor, listing_id=listing.id, reason=_reason(measure), until=measure.until)


def _lift(measure: Measure, *, actor: Actor) -> None:
    if measure.kind in _STOPS and measure.supplier_id is not None:
        lift_stop(actor=actor, supplier_id=measure.supplier_id, source=measure.reference)
    if measure.listing_id is None or measure.undone:
        return
    hold = open_hold(measure.listing_id)
    # The mall lifts a hold by itself after its last day; one that somebody else placed meanwhile is not ours.
    if hold is not None and hold.reason == _reason(measure):
        lift_hold(actor=actor, listing_id=measure.listing_id, reason=_reason(measure))


def _reason(measure: Measure) -> str:
    """What units and the supplier read, with the number under which they find the rest."""
    return f"监管处理 {measure.number}：{measure.reason}"[:500]
