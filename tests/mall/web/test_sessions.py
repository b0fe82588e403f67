"""Sessions: no fixation, no replay, ended at once, limited in time, hashed in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mall import clock
from mall.database import close_reading, session
from mall.people.api_token import ApiToken
from mall.people.disable_user import disable_user
from mall.people.grant_post import end_post, grant_post
from mall.people.issue_token import issue_token
from mall.people.user import posts_of
from mall.people.web_session import WebSession
from tests.mall.web.browser import Browser, signed_in
from tests.world import PASSWORD, World


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def rows() -> list[WebSession]:
    close_reading()
    return list(session().scalars(select(WebSession).order_by(WebSession.id)))


def test_a_visitor_leaves_no_row(app: Flask) -> None:
    browser = Browser(app)

    browser.get("/sign-in")
    browser.bare_post("/language", {"language": "en"})

    assert rows() == []


def test_a_session_id_planted_before_sign_in_is_worth_nothing_after_it(app: Flask) -> None:
    victim = Browser(app)
    victim.client.set_cookie("sunmall_session", "planted-by-the-attacker")

    victim.sign_in("handler")

    assert is_in(victim)
    assert victim.session_cookie() != "planted-by-the-attacker"
    attacker = Browser(app)
    attacker.client.set_cookie("sunmall_session", "planted-by-the-attacker")
    assert not is_in(attacker)


def test_signing_in_again_gives_a_new_secret_and_a_new_form_token(app: Flask) -> None:
    browser = signed_in(app, "handler")
    first, first_token = browser.session_cookie(), browser.token("/account")
    browser.post("/sign-out", page="/account")

    browser.sign_in("handler")

    assert browser.session_cookie() != first
    assert browser.token("/account") != first_token


def test_the_database_keeps_only_the_hash_of_the_secret(app: Flask) -> None:
    browser = signed_in(app, "handler")

    secret = browser.session_cookie()

    assert secret is not None and len(secret) == 43
    assert all(secret not in str(vars(row)) for row in rows())


def test_a_cookie_captured_before_sign_out_is_dead_after_it(app: Flask) -> None:
    browser = signed_in(app, "handler")
    captured = browser.session_cookie()

    browser.post("/sign-out", page="/account")

    thief = Browser(app)
    thief.client.set_cookie("sunmall_session", captured or "")
    assert not is_in(thief)
    assert not is_in(browser)


def test_disabling_ends_sessions_and_tokens_at_once(app: Flask, world: World) -> None:
    browser = signed_in(app, "handler")
    token = issue_token(username="handler", password=PASSWORD, address="192.0.2.1")

    disable_user(actor=world.actor("sysadmin"), user_id=world.users["handler"], reason="离职")

    assert not is_in(browser)
    assert rows() == []
    assert all(row.revoked_at is not None for row in session().scalars(select(ApiToken)))
    assert token.startswith("smt_")


def test_ending_a_post_ends_the_sessions(app: Flask, world: World) -> None:
    browser = signed_in(app, "handler")
    post = posts_of(world.users["handler"])[0]
    close_reading()

    end_post(actor=world.actor("secadmin"), post_id=post.post_id)

    assert not is_in(browser)
    again = signed_in(app, "handler")
    assert again.get("/cart").status_code == 403


def test_granting_a_post_ends_the_sessions(app: Flask, world: World) -> None:
    browser = signed_in(app, "handler")

    grant_post(
        actor=world.actor("secadmin"),
        user_id=world.users["handler"],
        organisation_id=world.school_id,
        role="accountant",
    )

    assert not is_in(browser)


@pytest.mark.parametrize(("minutes", "is_still_in"), [(29, True), (31, False)])
def test_a_session_ends_after_thirty_idle_minutes(app: Flask, minutes: int, is_still_in: bool) -> None:
    browser = signed_in(app, "handler")

    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        assert is_in(browser) is is_still_in


def test_a_session_in_use_ends_after_twelve_hours(app: Flask) -> None:
    browser = signed_in(app, "handler")
    began = clock.now()

    outcomes = []
    for number in range(1, 38):
        with clock.frozen(began + timedelta(minutes=20 * number)):
            outcomes.append(is_in(browser))

    assert outcomes[:35] == [True] * 35
    assert outcomes[36] is False


def test_last_use_is_written_at_most_once_a_minute(app: Flask) -> None:
    browser = signed_in(app, "handler")
    browser.get("/account")
    began = rows()[0].last_seen_at

    browser.get("/account")
    unchanged = rows()[0].last_seen_at
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        browser.get("/account")

    assert unchanged == began
    assert rows()[0].last_seen_at > began


def test_own_sessions_are_listed_and_one_can_be_ended(app: Flask) -> None:
    here, there = signed_in(app, "handler"), signed_in(app, "handler")
    first, second = (row.id for row in rows())

    here.post(f"/account/sessions/{second}/end", page="/account")

    assert is_in(here)
    assert not is_in(there)
    assert [row.id for row in rows()] == [first]


def test_a_foreign_session_cannot_be_ended(app: Flask) -> None:
    mine, theirs = signed_in(app, "handler"), signed_in(app, "approver")
    foreign = rows()[1].id

    response = mine.post(f"/account/sessions/{foreign}/end", page="/account")

    assert response.status_code == 404
    assert is_in(theirs)


def test_changing_the_password_ends_all_other_sessions(app: Flask) -> None:
    here, there = signed_in(app, "handler"), signed_in(app, "handler")
    new = "Neues-Wort-2027"

    response = here.post("/account/password", {"old": PASSWORD, "new": new, "again": new}, page="/account/password")

    assert response.status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert Browser(app).sign_in("handler").status_code == 401
    assert Browser(app).sign_in("handler", new).status_code == 302


def test_wrong_old_passwords_are_counted(app: Flask) -> None:
    browser = signed_in(app, "handler")
    form = {"old": "falsch", "new": "Neues-Wort-2027", "again": "Neues-Wort-2027"}

    statuses = [browser.post("/account/password", form, page="/account/password").status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]


def test_session_cookie_is_out_of_reach_of_scripts(app: Flask) -> None:
    response = Browser(app).sign_in("handler")

    cookies = {text.split("=")[0]: text for text in response.headers.getlist("Set-Cookie")}

    assert "HttpOnly" in cookies["sunmall_session"] and "SameSite=Lax" in cookies["sunmall_session"]
    assert "HttpOnly" in cookies["sunmall_device"] and "SameSite=Lax" in cookies["sunmall_device"]
