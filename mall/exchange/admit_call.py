"""Letting a partner's call in: signed by a good key, within the window, never seen before, and numbered upwards.

The number is used up in a transaction of its own, before the call does anything: a call that fails afterwards is sent
again under the next number, and its content, not its number, keeps it from being done twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.exchange.exchange_call import ExchangeCall, ExchangePartner
from mall.exchange.exchange_key import ExchangeKey
from mall.regions.region import province_code
from mall.regions.regional_rule import rule
from mall.signed_calls.signature import Signed, fits

#: how far a call's time may lie from ours, to either side
WINDOW_RULE = "exchange.window_seconds"

#: the treasury as it stands in the audit; it holds no post and may do nothing by itself
TREASURY_ACTOR = Actor(user_id=None, username="treasury", name="国库")


def require_signature(
    signed: Signed | None, keys: Sequence[ExchangeKey], *, method: str, path: str, body: bytes
) -> Signed:
    """The signature, when a good key made it over exactly this.

    Raises Refusal "exchange.no_key" (none was ever made), "exchange.bad_signature".
    """
    if not keys:
        raise Refusal("exchange.no_key")
    if signed is None or not fits(signed, keys, method=method, path=path, body=body):
        raise Refusal("exchange.bad_signature")
    return signed


@atomic
def admit_call(*, actor: Actor, partner: str, signed: Signed, method: str, path: str, body: bytes) -> int:
    """Use up the call's number and nonce; its id.

    Raises Refusal "exchange.out_of_window", "exchange.nonce_used", "exchange.sequence_used"; the last two tell the
    highest number used, so that a partner that lost count finds it again.
    """
    # Who numbers his calls is read with the number; without one the signature was no signature.
    assert signed.sequence_no is not None
    now = clock.now()
    window = timedelta(seconds=rule(WINDOW_RULE, region_code=province_code(), on=clock.today()).value)
    if abs(now - signed.at) > window:
        raise Refusal("exchange.out_of_window", signed_at=signed.at, now=now, window_seconds=window.seconds)
    standing = _lock_partner(partner)
    is_known = select(ExchangeCall.id).where(ExchangeCall.partner == partner, ExchangeCall.nonce == signed.nonce)
    if session().scalar(is_known) is not None:
        raise Refusal("exchange.nonce_used", last_sequence_no=standing.last_sequence_no)
    if signed.sequence_no <= standing.last_sequence_no:
        raise Refusal(
            "exchange.sequence_used", sequence_no=signed.sequence_no, last_sequence_no=standing.last_sequence_no
        )
    missing = signed.sequence_no - standing.last_sequence_no - 1
    standing.last_sequence_no = signed.sequence_no
    call = ExchangeCall(
        partner=partner,
        key_id=signed.key_id,
        method=method,
        path=path[:300],
        sequence_no=signed.sequence_no,
        nonce=signed.nonce,
        body_sha256=hashlib.sha256(body).hexdigest(),
        signed_at=signed.at,
        at=now,
    )
    session().add(call)
    session().flush()
    record(
        actor=actor,
        action="exchange.call",
        subject=f"exchange_call:{partner}:{signed.sequence_no}",
        facts={"method": method, "path": path[:300], "key": signed.key_id, "missing_before": missing},
    )
    return call.id


def _lock_partner(partner: str) -> ExchangePartner:
    # On the connection: the row is a counter, the call itself is what is recorded.
    session().connection().execute(
        insert(ExchangePartner).values(partner=partner, last_sequence_no=0).on_conflict_do_nothing()
    )
    query = select(ExchangePartner).where(ExchangePartner.partner == partner).with_for_update()
    return session().scalars(query).one()
