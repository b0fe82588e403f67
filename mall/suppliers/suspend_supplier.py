"""Stopping a supplier, with a reason, and letting him sell again; orders under way go on.

The purchasing centre suspends and restores by its own word; who decides elsewhere stops him with a source of its own,
which nobody else lifts.
"""

from __future__ import annotations

from datetime import date

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.outbox.event import publish
from mall.suppliers.supplier import Supplier
from mall.suppliers.supplier_stop import CENTRE, SupplierStop, open_stops

_EVENTS = {"suspended": "supplier.suspended", "removed": "supplier.removed", "active": "supplier.restored"}


@atomic
def suspend_supplier(*, actor: Actor, supplier_id: int, reason: str) -> Supplier:
    """No new order goes to him from now on. Raises Refusal "supplier.unknown", "order.reason_needed"."""
    _require_reason(reason)
    found = _locked(actor, supplier_id)
    if found.state == "removed":
        raise Refusal("supplier.unknown", supplier_id=supplier_id)
    _end(open_stops(supplier_id), source=CENTRE)
    _place(found, kind="suspended", source=CENTRE, reason=reason, until=None)
    record(actor=actor, action="supplier.suspend", subject=f"supplier:{supplier_id}", facts={"reason": reason})
    _settle(found)
    return found


@atomic
def restore_supplier(*, actor: Actor, supplier_id: int) -> Supplier:
    """He may sell again. Raises Refusal "supplier.unknown", "supplier.stopped" where others have stopped him, too."""
    found = _locked(actor, supplier_id)
    if found.state == "removed":
        raise Refusal("supplier.unknown", supplier_id=supplier_id)
    stops = open_stops(supplier_id)
    for stop in stops:
        if stop.source != CENTRE:
            raise Refusal("supplier.stopped", source=stop.source.partition(":")[2], until=stop.until)
    if found.state == "suspended":
        _end(stops, source=CENTRE)
        record(actor=actor, action="supplier.restore", subject=f"supplier:{supplier_id}")
        _settle(found)
    return found


@atomic
def stop_supplier(*, actor: Actor, supplier_id: int, kind: str, source: str, reason: str, until: date) -> bool:
    """Suspend or remove him by the word of `source`, once; returns whether it is new.

    Raises Refusal "supplier.unknown", "order.reason_needed", "access.denied".
    """
    _require_reason(reason)
    found = _locked(actor, supplier_id, permission="supplier.stop")
    if any(stop.source == source for stop in open_stops(supplier_id)):
        return False
    _place(found, kind=kind, source=source, reason=reason, until=until)
    facts = {"kind": kind, "source": source, "reason": reason, "until": until}
    record(actor=actor, action="supplier.stop", subject=f"supplier:{supplier_id}", facts=facts)
    _settle(found)
    return True


@atomic
def lift_stop(*, actor: Actor, supplier_id: int, source: str) -> bool:
    """End the stop of this source; he sells again when no other holds. Returns whether there was one.

    Raises Refusal "supplier.unknown", "access.denied".
    """
    found = _locked(actor, supplier_id, permission="supplier.stop")
    if not _end(open_stops(supplier_id), source=source):
        return False
    record(actor=actor, action="supplier.lift_stop", subject=f"supplier:{supplier_id}", facts={"source": source})
    _settle(found)
    return True


def _place(found: Supplier, *, kind: str, source: str, reason: str, until: date | None) -> None:
    session().add(
        SupplierStop(
            supplier_id=found.id, kind=kind, source=source, reason=reason.strip(), until=until, placed_at=clock.now()
        )
    )
    session().flush()


def _end(stops: list[SupplierStop], *, source: str) -> bool:
    ending = [stop for stop in stops if stop.source == source]
    for stop in ending:
        stop.ended_at = clock.now()
    session().flush()
    return bool(ending)


def _settle(found: Supplier) -> None:
    """Let his state and the reason that units read follow from the stops that hold."""
    stops = open_stops(found.id)
    before = found.state
    found.state = stops[0].kind if stops else "active"
    found.suspended_reason = stops[0].reason if stops else ""
    session().flush()
    if found.state != before:
        publish(_EVENTS[found.state], document=f"supplier:{found.id}")


def _require_reason(reason: str) -> None:
    if not 2 <= len(reason.strip()) <= 500:
        raise Refusal("order.reason_needed")


def _locked(actor: Actor, supplier_id: int, *, permission: str = "supplier.suspend") -> Supplier:
    authorize(actor, permission)
    found = session().get(Supplier, supplier_id, with_for_update=True)
    if found is None:
        raise Refusal("supplier.unknown", supplier_id=supplier_id)
    return found
