"""Signing in: one answer for all failures, a budget of failures, and nobody locked out by a stranger."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mall import clock
from mall.audit.audit_record import AuditRecord
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.people.sign_in import remember_device, sign_in
from mall.people.sign_in_throttle import SignInCounter, network_of
from mall.people.user import UserAccount
from tests.world import PASSWORD, World

HOME = "192.0.2.10"
STRANGER = "198.51.100.7"


def attempt(username: str, password: str, address: str = HOME, device: str | None = None) -> str:
    """The outcome of one attempt: "in" or the code of the refusal."""
    try:
        sign_in(username=username, password=password, address=address, device=device)
    except Refusal as refusal:
        return refusal.code
    finally:
        close_reading()
    return "in"


def attempts(count: int, username: str, password: str, address: str = HOME, device: str | None = None) -> list[str]:
    return [attempt(username, password, address, device) for _ in range(count)]


@pytest.fixture
def disabled(world: World) -> str:
    @atomic(housekeeping="given of a test")
    def disable() -> None:
        session().execute(update(UserAccount).where(UserAccount.username == "leader").values(state="disabled"))

    disable()
    return "leader"


def test_right_password_signs_in_whatever_the_case_of_the_name(world: World) -> None:
    assert attempt("Handler ", PASSWORD) == "in"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("handler", "falsch"),
        ("nobody", PASSWORD),
        ("leader", PASSWORD),
        ("handler", ""),
        ("", ""),
        ("han\x00dler", "x"),
    ],
)
def test_every_failure_has_the_same_answer(disabled: str, username: str, password: str) -> None:
    assert attempt(username, password) == "signin.wrong"


def test_sixth_failure_in_a_quarter_of_an_hour_is_throttled_even_with_the_right_password(world: World) -> None:
    assert attempts(5, "handler", "falsch") == ["signin.wrong"] * 5

    assert attempt("handler", "falsch") == "signin.throttled"
    assert attempt("handler", PASSWORD) == "signin.throttled"


def test_an_unknown_name_is_throttled_like_a_known_one(world: World) -> None:
    assert attempts(6, "nobody", "falsch") == ["signin.wrong"] * 5 + ["signin.throttled"]


def test_throttled_refusal_says_how_long_to_wait(world: World) -> None:
    attempts(5, "handler", "falsch")

    with pytest.raises(Refusal) as caught:
        sign_in(username="handler", password="falsch", address=HOME)

    assert 800 < caught.value.facts["retry_after"] <= 901
    assert caught.value.facts["minutes"] in (15, 16)


def test_after_a_quarter_of_an_hour_the_owner_may_try_again(world: World) -> None:
    attempts(5, "handler", "falsch")

    with clock.frozen(clock.now() + timedelta(minutes=15, seconds=2)):
        assert attempt("handler", PASSWORD) == "in"


def test_a_stranger_elsewhere_cannot_lock_the_owner_out(world: World) -> None:
    attempts(20, "handler", "falsch", address=STRANGER)

    assert attempt("handler", PASSWORD, address=HOME) == "in"


def test_a_stranger_next_door_cannot_lock_out_a_known_device(world: World) -> None:
    device, _ = remember_device(user_id=world.users["handler"], device=None)

    attempts(20, "handler", "falsch", address=HOME)

    assert attempt("handler", PASSWORD, address=HOME) == "signin.throttled"
    assert attempt("handler", PASSWORD, address=HOME, device=device) == "in"


def test_a_known_device_has_a_budget_too(world: World) -> None:
    device, _ = remember_device(user_id=world.users["handler"], device=None)

    outcomes = attempts(11, "handler", "falsch", device=device)

    assert outcomes == ["signin.wrong"] * 10 + ["signin.throttled"]


def test_a_device_of_another_person_counts_as_unknown(world: World) -> None:
    device, _ = remember_device(user_id=world.users["approver"], device=None)

    assert attempts(6, "handler", "falsch", device=device)[-1] == "signin.throttled"


def test_a_foreign_device_cookie_is_replaced_at_sign_in(world: World) -> None:
    device, _ = remember_device(user_id=world.users["approver"], device=None)

    kept, _ = remember_device(user_id=world.users["approver"], device=device)
    replaced, _ = remember_device(user_id=world.users["handler"], device=device)

    assert kept == device
    assert replaced != device


def test_spraying_over_accounts_ends_at_the_budget_of_the_network(world: World) -> None:
    outcomes = [attempt(f"nobody-{number}", "falsch", address=STRANGER) for number in range(103)]

    assert outcomes == ["signin.wrong"] * 100 + ["signin.throttled"] * 3
    assert attempt("handler", PASSWORD, address=HOME) == "in"


def test_sign_ins_that_succeed_use_up_nothing(world: World) -> None:
    assert attempts(12, "handler", PASSWORD) == ["in"] * 12
    assert list(session().scalars(select(SignInCounter.failures).where(SignInCounter.failures > 0))) == []


def test_simultaneous_guesses_never_exceed_the_budget(world: World) -> None:
    outcomes = _at_once(24, lambda: attempt("handler", "falsch"))

    assert outcomes.count("signin.wrong") == 5
    assert outcomes.count("signin.throttled") == 19


def test_simultaneous_correct_sign_ins_all_succeed(world: World) -> None:
    assert _at_once(12, lambda: attempt("handler", PASSWORD)) == ["in"] * 12


def test_failures_and_successes_are_recorded_without_the_typed_name(world: World) -> None:
    attempt("handler", "falsch")
    attempt("my secret typed into the wrong field", "x")
    attempt("handler", PASSWORD)

    rows = (
        session()
        .execute(
            select(AuditRecord.subject, AuditRecord.result)
            .where(AuditRecord.action == "account.sign_in")
            .order_by(AuditRecord.id)
        )
        .all()
    )
    handler = f"user:{world.users['handler']}"
    assert [tuple(row) for row in rows] == [(handler, "refused"), ("user:unknown", "refused"), (handler, "done")]


def test_unknown_and_known_names_take_the_same_time(world: World, dear_passwords: None) -> None:
    def median_ms(username: str) -> float:
        took = []
        for number in range(12):
            began = time.perf_counter()
            attempt(username, "falsch", address=f"203.0.{number}.1")
            took.append((time.perf_counter() - began) * 1000)
        return statistics.median(took)

    known, unknown = median_ms("handler"), median_ms("nobody")

    # One comparison takes some 20 ms; without the stand-in hash the unknown name would need 3.
    assert unknown > known * 0.5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.200", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.200", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", "not an address"),
    ],
)
def test_network_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def _at_once(count: int, act) -> list[str]:  # type: ignore[no-untyped-def]
    gate = threading.Barrier(count)
    outcomes: list[str] = []

    def run() -> None:
        gate.wait()
        outcomes.append(act())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
