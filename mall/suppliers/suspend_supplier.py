"""Suspending a supplier, with a reason, and letting him sell again; orders under way go on."""

from __future__ import annotations

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.outbox.event import publish
from mall.suppliers.supplier import Supplier


@atomic
def suspend_supplier(*, actor: Actor, supplier_id: int, reason: str) -> Supplier:
    """No new order goes to him from now on. Raises Refusal "supplier.unknown", "order.reason_needed"."""
    if not 2 <= len(reason.strip()) <= 500:
        raise Refusal("order.reason_needed")
    found = _locked(actor, supplier_id)
    found.state = "suspended"
    found.suspended_reason = reason.strip()
    record(actor=actor, action="supplier.suspend", subject=f"supplier:{supplier_id}", facts={"reason": reason})
    publish("supplier.suspended", document=f"supplier:{supplier_id}")
    return found


@atomic
def restore_supplier(*, actor: Actor, supplier_id: int) -> Supplier:
    """He may sell again. Raises Refusal("supplier.unknown")."""
    found = _locked(actor, supplier_id)
    if found.state == "suspended":
        found.state = "active"
        found.suspended_reason = ""
        record(actor=actor, action="supplier.restore", subject=f"supplier:{supplier_id}")
        publish("supplier.restored", document=f"supplier:{supplier_id}")
    return found


def _locked(actor: Actor, supplier_id: int) -> Supplier:
    authorize(actor, "supplier.suspend")
    found = session().get(Supplier, supplier_id, with_for_update=True)
    if found is None or found.state == "removed":
        raise Refusal("supplier.unknown", supplier_id=supplier_id)
    return found
