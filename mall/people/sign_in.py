"""Signing in with username and password: one answer for every kind of failure, and a budget of failures."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, select

from mall import clock
from mall.access.actor import VISITOR, Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.people.password import hash_password, needs_new_hash, verify_password
from mall.people.sign_in_throttle import (
    DEVICE_LIFE,
    Budget,
    KnownDevice,
    account_budget,
    clear,
    count_failure,
    device_budget,
    give_back,
    network_budget,
    require_budget,
    reserve,
    wait_for_turn,
)
from mall.people.user import UserAccount, user_by_username
from mall.people.web_session import secret_hash


def sign_in(*, username: str, password: str, address: str, device: str | None = None) -> UserAccount:
    """The account, when the password is right and the account is active.

    `address` is the visitor's; `device` the secret of a device cookie. Raises Refusal "signin.wrong" (for
    an unknown name, a wrong password, a disabled account alike) or "signin.throttled" with `retry_after` seconds.
    """
    username = username.replace("\x00", "").strip()[:100]
    network = network_budget(address)
    reserve(network)
    try:
        user = _judge(username=username, password=password[:1000], address=address, device=device)
    except Refusal:
        # Refused without a guess: it must not use up the network's budget.
        give_back(network)
        raise
    if user is None:
        refusal = Refusal("signin.wrong")
        refusal.recorded = True
        raise refusal
    give_back(network)
    return user


@atomic
def _judge(*, username: str, password: str, address: str, device: str | None) -> UserAccount | None:
    """Compare the password, one guess after the other under one key; a failure is counted and recorded."""
    user = user_by_username(username)
    budget = _budget_for(user, username=username, address=address, device=device)
    wait_for_turn(budget)
    require_budget(budget)
    is_right = verify_password(user.password_hash if user is not None else None, password)
    if user is None or not is_right or user.state != "active":
        count_failure(budget)
        record(actor=VISITOR, action="account.sign_in", subject=_subject(user, username), result="refused",
               facts={"code": "signin.wrong", "device": budget.key.partition(":")[0]})  # fmt: skip
        return None
    if budget.key.startswith("device:"):
        clear(budget)
    if user.password_hash is not None and needs_new_hash(user.password_hash):
        user.password_hash = hash_password(password)
    record(
        actor=Actor(user_id=user.id, username=user.username, name=user.name),
        action="account.sign_in",
        subject=user.reference,
        facts={"device": budget.key.partition(":")[0]},
    )
    return user


def _budget_for(user: UserAccount | None, *, username: str, address: str, device: str | None) -> Budget:
    """The device's own budget when this person has signed in from it before, else the network's share."""
    if user is not None and device:
        hashed = secret_hash(device)
        known = session().scalar(
            select(KnownDevice.user_id).where(
                KnownDevice.secret_hash == hashed,
                KnownDevice.user_id == user.id,
                KnownDevice.expires_at > clock.now(),
            )
        )
        if known is not None:
            return device_budget(hashed)
    return account_budget(username=username, address=address)


def _subject(user: UserAccount | None, username: str) -> str:
    # A password typed into the field of the name must not stand in the audit.
    return user.reference if user is not None else "user:unknown"


@atomic(housekeeping="the sign-in was recorded; this lets the browser be known again")
def remember_device(*, user_id: int, device: str | None) -> tuple[str, datetime]:
    """The secret of this person's device cookie and when it expires; a known one is kept, a foreign one replaced."""
    expires_at = clock.now() + DEVICE_LIFE
    if device:
        row = session().get(KnownDevice, secret_hash(device))
        if row is not None and row.user_id == user_id and row.expires_at > clock.now():
            row.expires_at = expires_at
            return device, expires_at
    secret = secrets.token_urlsafe(32)
    session().add(
        KnownDevice(secret_hash=secret_hash(secret), user_id=user_id, created_at=clock.now(), expires_at=expires_at)
    )
    return secret, expires_at


def forget_devices(*, user_id: int) -> None:
    """No device of this person is known any more; joins the use-case that changes the password."""
    session().execute(delete(KnownDevice).where(KnownDevice.user_id == user_id))
