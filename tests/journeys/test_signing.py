"""Signing a contract: the right to sign comes before the password, and wrong passwords are counted as at sign-in."""

from __future__ import annotations

from sqlalchemy import select

from mall.database import close_reading, session
from mall.errors import Refusal
from mall.people.sign_in import sign_in
from mall.people.sign_in_throttle import SignInCounter
from tests.journeys.story import Story
from tests.world import PASSWORD

#: what Flask's test client calls itself
HERE = "127.0.0.1"


def confirmed_order(story: Story) -> str:
    """Ten packs of paper, waiting for the signatures."""
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="confirm")
    return number


def counters() -> dict[str, int]:
    """Failures by kind of budget."""
    try:
        rows = session().execute(select(SignInCounter.key, SignInCounter.failures).where(SignInCounter.failures > 0))
        return {key.partition(":")[0]: failures for key, failures in rows}
    finally:
        close_reading()


def test_whoever_may_not_sign_learns_nothing_about_a_password(story: Story) -> None:
    number = confirmed_order(story)

    for who in ("approver", "receiver", "regulator"):
        for password in ("falsch", PASSWORD):
            assert story.refused(who, "sign", number, password=password)["code"] == "access.denied", (who, password)

    assert counters() == {}


def test_a_side_that_has_signed_is_told_so_without_a_password(story: Story) -> None:
    number = confirmed_order(story)
    story.act("handler", "sign", number, password=PASSWORD)

    assert story.refused("handler", "sign", number, password="falsch")["code"] == "sign.already_signed"
    assert counters() == {}


def test_wrong_passwords_under_a_contract_use_up_the_budgets_of_the_sign_in(story: Story) -> None:
    number = confirmed_order(story)

    for _attempt in range(5):
        assert story.refused("handler", "sign", number, password="falsch")["code"] == "sign.wrong_password"

    assert counters() == {"account": 5, "confirmation": 5, "network": 5}
    assert _sign_in_here("handler") == "signin.throttled"


def test_eleventh_wrong_password_under_a_contract_must_wait_even_if_it_is_right(story: Story) -> None:
    number = confirmed_order(story)
    for _attempt in range(10):
        story.refused("handler", "sign", number, password="falsch")

    problem = story.refused("handler", "sign", number, password=PASSWORD)

    assert (problem["status"], problem["code"]) == (429, "signin.throttled")


def test_wrong_sign_ins_of_a_stranger_do_not_keep_the_owner_from_signing(story: Story) -> None:
    number = confirmed_order(story)
    for _attempt in range(6):
        _sign_in_here("handler", password="falsch")

    assert story.act("handler", "sign", number, password=PASSWORD)["state"] == "confirmed"


def _sign_in_here(username: str, *, password: str = PASSWORD) -> str:
    """The outcome of signing in from the same address: "in" or the code of the refusal."""
    try:
        sign_in(username=username, password=password, address=HERE)
    except Refusal as refusal:
        return refusal.code
    finally:
        close_reading()
    return "in"
