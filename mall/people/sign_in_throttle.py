"""Counting failed sign-ins, in PostgreSQL, so that guessing is slow and the owner is never locked out by others.

Budgets belong to (account, network) for unknown devices, to the device for known ones, and to the
network over all accounts. A stranger elsewhere uses up only his own.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.database import Base, Instant, atomic, session
from mall.errors import Refusal

WINDOW = timedelta(minutes=15)
ACCOUNT_BUDGET = 5
DEVICE_BUDGET = 10
NETWORK_BUDGET = 100
DEVICE_LIFE = timedelta(days=180)
#: how many closed windows go with every one that opens; more than one, so that they cannot pile up
SWEPT_AT_ONCE = 20


class SignInCounter(Base):
    """Failures counted under one key since the window opened."""

    __tablename__ = "sign_in_counter"
    __table_args__ = (Index("ix_sign_in_counter_opened_at", "opened_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    failures: Mapped[int]


class KnownDevice(Base):
    """A browser from which this person once signed in; the cookie's secret is kept as its hash."""

    __tablename__ = "known_device"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Budget:
    """How many failures are allowed under a key within the window."""

    key: str
    failures_max: int


def network_of(address: str) -> str:
    """The /24 (IPv4) or /64 (IPv6) that an address lies in; the address itself when it is none."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 64
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def account_budget(*, username: str, address: str) -> Budget:
    return Budget(key=f"account:{username.strip().lower()[:100]}@{network_of(address)}", failures_max=ACCOUNT_BUDGET)


def device_budget(secret_hash: str) -> Budget:
    return Budget(key=f"device:{secret_hash}", failures_max=DEVICE_BUDGET)


def confirmation_budget(user_id: int) -> Budget:
    """Of a person who is signed in and asked for the password once more."""
    return Budget(key=f"confirmation:{user_id}", failures_max=DEVICE_BUDGET)


def network_budget(address: str) -> Budget:
    return Budget(key=f"network:{network_of(address)}", failures_max=NETWORK_BUDGET)


def wait_for_turn(budget: Budget) -> None:
    """Let guesses under one key come one after the other, until the transaction ends."""
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(budget.key, 7))))


def require_budget(budget: Budget) -> None:
    """Raise Refusal("signin.throttled", retry_after=seconds) when the budget is used up."""
    # Columns, not objects: the row may have been read before the wait for our turn.
    row = (
        session()
        .execute(select(SignInCounter.failures, SignInCounter.opened_at).where(SignInCounter.key == budget.key))
        .first()
    )
    if row is None:
        return
    closes_at = row.opened_at + WINDOW
    if row.failures >= budget.failures_max and closes_at > clock.now():
        raise throttled(closes_at)


def count_failure(budget: Budget) -> None:
    """One failure more, in a new window when the old one has closed; a new window sweeps closed ones."""
    failures, _opened_at = _add(budget)
    if failures == 1:
        _sweep()


@atomic(housekeeping="counting sign-ins of a network")
def reserve(budget: Budget) -> None:
    """Count a failure before it happens; `give_back` undoes it. Raises Refusal("signin.throttled")."""
    failures, opened_at = _add(budget)
    if failures == 1:
        _sweep()
    if failures > budget.failures_max:
        raise throttled(opened_at + WINDOW)


@atomic(housekeeping="counting sign-ins of a network")
def give_back(budget: Budget) -> None:
    """The sign-in was none of the failures."""
    session().execute(
        update(SignInCounter)
        .where(SignInCounter.key == budget.key, SignInCounter.failures > 0)
        .values(failures=SignInCounter.failures - 1)
    )


def clear(budget: Budget) -> None:
    """Forget the failures under this key."""
    session().execute(delete(SignInCounter).where(SignInCounter.key == budget.key))


def clear_account(username: str) -> int:
    """Forget the failures of this account from every network; returns how many counters there were."""
    prefix = f"account:{username.strip().lower()}@"
    forgotten = delete(SignInCounter).where(SignInCounter.key.startswith(prefix, autoescape=True))
    return session().execute(forgotten).rowcount


def counters_of(usernames: list[str]) -> dict[str, int]:
    """Failures in open windows by username (lower case), for the officers' list."""
    wanted = {username.lower() for username in usernames}
    rows = session().execute(
        select(SignInCounter.key, SignInCounter.failures).where(
            SignInCounter.key.startswith("account:"), SignInCounter.opened_at > clock.now() - WINDOW
        )
    )
    found: dict[str, int] = {}
    for key, failures in rows:
        username = key.removeprefix("account:").rpartition("@")[0]
        if username in wanted:
            found[username] = max(found.get(username, 0), failures)
    return found


def throttled(closes_at: datetime) -> Refusal:
    """The refusal with the seconds to wait. The failures that led to it are recorded; without end would be a flood."""
    seconds = max(1, int((closes_at - clock.now()).total_seconds()) + 1)
    refusal = Refusal("signin.throttled", retry_after=seconds, minutes=-(-seconds // 60))
    refusal.recorded = True
    return refusal


def _add(budget: Budget) -> tuple[int, datetime]:
    now = clock.now()
    is_over = SignInCounter.opened_at <= now - WINDOW
    row = (
        session()
        .execute(
            insert(SignInCounter)
            .values(key=budget.key, opened_at=now, failures=1)
            .on_conflict_do_update(
                index_elements=[SignInCounter.key],
                set_={
                    "failures": case((is_over, 1), else_=SignInCounter.failures + 1),
                    "opened_at": case((is_over, now), else_=SignInCounter.opened_at),
                },
            )
            .returning(SignInCounter.failures, SignInCounter.opened_at)
        )
        .one()
    )
    return row.failures, row.opened_at


def _sweep() -> None:
    """Forget some windows that have closed: they bind nobody any more."""
    closed = (
        select(SignInCounter.key)
        .where(SignInCounter.opened_at <= clock.now() - WINDOW)
        .order_by(SignInCounter.opened_at)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    session().execute(delete(SignInCounter).where(SignInCounter.key.in_(closed)))
