"""Letting a supplier's call in: signed by a good key, within the window, not too many, and never seen before."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mall import clock
from mall.access.actor import Actor, PostHeld
from mall.database import atomic, session
from mall.errors import Refusal
from mall.regions.regional_rule import rule
from mall.signed_calls.signature import Signed, fits
from mall.supplier_push.push_call import count_call, seconds_to_wait, use_nonce
from mall.supplier_push.push_key import SupplierPushKey, calling_key, secret_of
from mall.suppliers.supplier import Supplier

#: how far a call's time may lie from ours, to either side
WINDOW_RULE = "push.window_seconds"
CALLS_RULE = "push.calls_per_minute"
#: how often it is noted that a key is in use
USED_EVERY = timedelta(minutes=5)


def require_signature(
    signed: Signed | None, *, method: str, path: str, body: bytes, data_dir: Path
) -> tuple[SupplierPushKey, Supplier]:
    """The key that signed exactly this, and its supplier.

    Raises Refusal("push.bad_signature"), whatever is wrong: a stranger learns nothing of which keys there are.
    """
    found = calling_key(signed.key_id) if signed is not None else None
    keys = [secret_of(found[0], data_dir=data_dir)] if found is not None else []
    if signed is None or found is None or not fits(signed, keys, method=method, path=path, body=body):
        raise Refusal("push.bad_signature")
    return found


def acting_for(supplier: Supplier, *, key: SupplierPushKey) -> Actor:
    """The supplier's system as it stands in the audit and in histories: no person, with the supplier's post alone."""
    post = PostHeld(
        post_id=0, role="supplier", organisation_id=supplier.id, region_code=supplier.region_code,
        organisation_name=supplier.name,
    )  # fmt: skip
    return Actor(user_id=None, username=key.id, name=supplier.name, posts=(post,))


def admit_push(signed: Signed, *, key: SupplierPushKey, supplier: Supplier) -> None:
    """Use up the call's nonce and count the call. None of it is undone when the call is refused afterwards.

    Raises Refusal "push.out_of_window", "push.too_many_calls" (with `retry_after` seconds), "push.nonce_used". They
    are raised outside of the transaction, so that a flood of them is recorded within the bounds of its network only.
    """
    window = timedelta(seconds=rule(WINDOW_RULE, region_code=supplier.region_code, on=clock.today()).value)
    if abs(clock.now() - signed.at) > window:
        raise Refusal("push.out_of_window", signed_at=signed.at, now=clock.now(), window_seconds=window.seconds)
    calls_max = rule(CALLS_RULE, region_code=supplier.region_code, on=clock.today()).value
    wait = seconds_to_wait(supplier.id, calls_max=calls_max)
    if not wait:
        is_new, calls = _use_up(signed, key_id=key.id, supplier_id=supplier.id)
        if not is_new:
            raise Refusal("push.nonce_used", nonce=signed.nonce)
        # Calls that came at the same moment may have filled the minute meanwhile.
        wait = seconds_to_wait(supplier.id, calls_max=calls_max) if calls > calls_max else 0
    if wait:
        raise Refusal("push.too_many_calls", calls_per_minute=calls_max, retry_after=wait)


@atomic(housekeeping="the nonce and the count of a call; what the call does is recorded by its deeds")
def _use_up(signed: Signed, *, key_id: str, supplier_id: int) -> tuple[bool, int]:
    """(whether the nonce is new, calls in this minute); a nonce used before is no call."""
    if not use_nonce(key_id=key_id, nonce=signed.nonce, signed_at=signed.at):
        return False, 0
    calls = count_call(supplier_id)
    key = session().get_one(SupplierPushKey, key_id)
    if key.last_used_at is None or clock.now() - key.last_used_at > USED_EVERY:
        key.last_used_at = clock.now()
    return True, calls
