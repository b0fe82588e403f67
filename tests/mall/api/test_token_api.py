"""Getting a token and being somebody with it."""

from __future__ import annotations

from mall.people.disable_user import disable_user
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
