"""Getting a token and being somebody with it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from mall import clock
from mall.audit.audit_record import AuditRecord
from mall.database import close_reading, session
from mall.people.disable_user import disable_user
from mall.people.sign_in_throttle import SignInCounter
from mall.people.user import posts_of
from tests.mall.api.conftest import Api, Caller
from tests.world import PASSWORD


def test_right_password_gets_a_token_that_works(api: Api) -> None:
    response = api.visitor().post("/tokens", {"username": "handler", "password": PASSWORD})

    assert response.status_code == 200
    token = response.get_json()["token"]
    assert token.startswith("smt_")
    assert [post["role"] for post in response.get_json()["posts"]] == ["handler"]
    caller = Caller(api.app, api.description, token)
    assert caller.get("/orders").get_json() == {"items": [], "next": None}


def test_wrong_password_is_a_problem_and_no_token(api: Api) -> None:
    response = api.visitor().post("/tokens", {"username": "handler", "password": "not this one"})

    assert response.status_code == 401
    assert response.get_json()["code"] == "signin.wrong"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_sixth_wrong_password_must_wait(api: Api) -> None:
    for _attempt in range(5):
        assert api.visitor().post("/tokens", {"username": "handler", "password": "wrong"}).status_code == 401

    response = api.visitor().post("/tokens", {"username": "handler", "password": PASSWORD})

    assert response.status_code == 429
    assert response.get_json()["code"] == "signin.throttled"
    assert int(response.headers["Retry-After"]) > 0


def test_token_for_a_post_that_is_not_held_is_refused(api: Api) -> None:
    body = {"username": "handler", "password": PASSWORD, "post_id": 999_999}

    response = api.visitor().post("/tokens", body)

    assert response.status_code == 422
    assert response.get_json()["code"] == "token.no_such_post"


def test_token_of_one_post_acts_in_that_post(api: Api) -> None:
    (post,) = posts_of(api.world.users["approver"])
    body = {"username": "approver", "password": PASSWORD, "post_id": post.post_id}
    token = api.visitor().post("/tokens", body).get_json()["token"]

    response = Caller(api.app, api.description, token).get("/budget-lines")

    assert {item["unit_id"] for item in response.get_json()["items"]} == {api.world.school_id}


def test_token_ends_with_the_account(api: Api) -> None:
    handler = api.person("handler")
    assert handler.get("/orders").status_code == 200

    disable_user(
        actor=api.world.actor("sysadmin"), user_id=api.world.users["handler"], reason="left the school for good"
    )

    response = handler.get("/orders")
    assert response.status_code == 401
    assert response.get_json()["code"] == "token.invalid"


def test_session_cookie_opens_nothing_in_the_api(api: Api) -> None:
    browser = api.app.test_client()
    browser.set_cookie("sunmall_session", "a-stolen-or-borrowed-secret")

    response = browser.get("/api/v1/orders")

    assert response.status_code == 401
    assert "Set-Cookie" not in response.headers


def refusals_recorded(code: str | None = None) -> int:
    """How many refusals the audit holds (with this code)."""
    query = select(func.count()).select_from(AuditRecord).where(AuditRecord.result == "refused")
    if code is not None:
        query = query.where(AuditRecord.facts["code"].astext == code)
    try:
        return session().scalar(query) or 0
    finally:
        close_reading()


def test_bad_tokens_are_refused_and_recorded_thirty_times_and_then_must_wait(api: Api) -> None:
    stranger = Caller(api.app, api.description, "smt_nobody-has-this-token")
    statuses = [stranger.get("/orders").status_code for _ in range(30)]

    responses = [stranger.get("/orders") for _ in range(5)]

    assert statuses == [401] * 30
    for response in responses:
        assert (response.status_code, response.get_json()["code"]) == (429, "token.throttled")
        assert response.mimetype == "application/problem+json"
        assert 800 < int(response.headers["Retry-After"]) <= 901
    assert refusals_recorded() == 30


def test_a_good_token_is_good_whatever_a_stranger_in_the_same_network_does(api: Api) -> None:
    handler = api.person("handler")
    stranger = Caller(api.app, api.description, "smt_nobody-has-this-token")
    for _attempt in range(31):
        stranger.get("/orders")

    assert handler.get("/orders").status_code == 200
    assert api.visitor().post("/tokens", {"username": "handler", "password": PASSWORD}).status_code == 200
    assert api.visitor().get("/listings").status_code == 200


def test_bad_tokens_of_another_network_are_counted_apart(api: Api) -> None:
    stranger = Caller(api.app, api.description, "smt_nobody-has-this-token")
    for _attempt in range(31):
        stranger.get("/orders")

    elsewhere = stranger.get("/orders", environ_overrides={"REMOTE_ADDR": "198.51.100.7"})

    assert elsewhere.status_code == 401


def test_after_a_quarter_of_an_hour_a_bad_token_is_only_bad_again(api: Api) -> None:
    stranger = Caller(api.app, api.description, "not even the beginning of one")
    for _attempt in range(31):
        last = stranger.get("/orders")
    assert last.status_code == 429

    with clock.frozen(clock.now() + timedelta(minutes=15, seconds=2)):
        assert stranger.get("/orders").status_code == 401


def test_visitors_without_a_token_do_not_fill_the_audit_either(api: Api) -> None:
    visitor = api.visitor()

    statuses = {visitor.get("/orders").status_code for _ in range(130)}

    assert statuses == {401}
    assert refusals_recorded("access.sign_in") == 100


def test_what_comes_after_the_budget_of_the_sign_in_is_refused_without_a_record(api: Api) -> None:
    for _attempt in range(12):
        response = api.visitor().post("/tokens", {"username": "handler", "password": "wrong"})

    assert response.status_code == 429
    assert (refusals_recorded("signin.wrong"), refusals_recorded()) == (5, 5)


def test_counters_of_closed_windows_go_when_new_ones_open(api: Api) -> None:
    for number in range(8):
        api.visitor().post("/tokens", {"username": f"nobody-{number}", "password": "wrong"})

    with clock.frozen(clock.now() + timedelta(minutes=16)):
        api.visitor().post("/tokens", {"username": "nobody-else", "password": "wrong"})

    kept = sorted(key.partition("@")[0] for key in session().scalars(select(SignInCounter.key)))
    close_reading()
    assert kept == ["account:nobody-else", "network:127.0.0.0/24"]
