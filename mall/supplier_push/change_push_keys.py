"""A supplier's person makes a key for the house's own system, puts another one in its place, or ends one."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.regions.regional_rule import rule
from mall.supplier_push.push_key import KEYS_MAX, SupplierPushKey, is_good_now
from mall.supplier_push.supplier_message import SupplierMailbox
from mall.suppliers.supplier import Supplier

#: how long the key before stays good when another one takes its place
OVERLAP_RULE = "push.overlap_days"


@atomic
def make_push_key(*, actor: Actor, supplier_id: int, request_key: str | None = None) -> SupplierPushKey:
    """Make a key; one that was good before stays so for the days of the overlap, that both sides change in their time.

    Raises Refusal "access.denied", "push.two_keys" while two are good, and "push.key_shown" when this very request
    has made its key already: a secret is shown once.
    """
    claimed = claim(actor=actor, action="push.make_key", request_key=request_key, body={"supplier_id": supplier_id})
    supplier = _locked_supplier(actor, supplier_id)
    if claimed.replayed:
        raise Refusal("push.key_shown", key=str(claimed.answer))
    good = _good_keys(supplier_id)
    if len(good) >= KEYS_MAX:
        raise Refusal("push.two_keys", keys=[key.id for key in good])
    days = rule(OVERLAP_RULE, region_code=supplier.region_code, on=clock.today())
    for key in good:
        key.ends_at = clock.now() + timedelta(days=days.value)
    assert actor.user_id is not None
    made = SupplierPushKey(
        id=f"push-{secrets.token_hex(8)}", supplier_id=supplier_id, made_by_id=actor.user_id, made_at=clock.now()
    )
    session().add(made)
    # From the first key on there is somebody who may fetch messages.
    session().execute(
        insert(SupplierMailbox).values(supplier_id=supplier_id, last_sequence_no=0).on_conflict_do_nothing()
    )
    facts = {"supplier_id": supplier_id, "ending": [key.id for key in good], "rule": days.as_evidence()}
    record(actor=actor, action="push.make_key", subject=_subject(made), facts=facts)
    settle(claimed, made.id)
    return made


@atomic
def retire_push_key(*, actor: Actor, key_id: str) -> None:
    """End a key at once, as when it became known to others. One that has ended already stays as it is.

    Raises Refusal "push.unknown_key", for anybody else's, too.
    """
    # What no key can be called is not even looked for.
    found = session().get(SupplierPushKey, key_id, with_for_update=True) if key_id.isprintable() else None
    if found is None or not may(actor, "push.manage", found):
        raise Refusal("push.unknown_key", key=key_id[:60].replace("\x00", ""))
    if not found.is_good:
        return
    found.ends_at = clock.now()
    record(actor=actor, action="push.retire_key", subject=_subject(found), facts={"supplier_id": found.supplier_id})


def _locked_supplier(actor: Actor, supplier_id: int) -> Supplier:
    """Makers of keys of one supplier come one after the other: two at once would make three keys."""
    authorize(actor, "push.manage", SupplierPushKey(supplier_id=supplier_id))
    found = session().get(Supplier, supplier_id, with_for_update=True)
    if found is None:
        raise Refusal("supplier.unknown", supplier_id=supplier_id)
    return found


def _good_keys(supplier_id: int) -> list[SupplierPushKey]:
    query = select(SupplierPushKey).where(SupplierPushKey.supplier_id == supplier_id, is_good_now())
    return list(session().scalars(query.order_by(SupplierPushKey.made_at)))


def _subject(key: SupplierPushKey) -> str:
    return f"push_key:{key.id}"
