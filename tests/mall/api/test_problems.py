"""Every kind of error is a problem+json with a code, in the language asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mall.api import order_api
from tests.mall.api.conftest import Api


def problem_of(response: Any, *, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    problem = dict(response.get_json())
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] and problem["title"] and problem["detail"] and problem["next"]
    assert isinstance(problem["facts"], dict)
    return problem


def test_broken_json_is_400(api: Api) -> None:
    response = api.person("handler").call("POST", "/orders", data='{"lines": [', content_type="application/json")

    problem_of(response, status=400, code="request.malformed")


def test_json_too_deep_to_read_is_400(api: Api) -> None:
    response = api.person("handler").call(
        "POST", "/orders", data='{"lines": ' + "[" * 100_000, content_type="application/json"
    )

    problem_of(response, status=400, code="request.malformed")


def test_no_token_is_401(api: Api) -> None:
    problem_of(api.visitor().get("/orders"), status=401, code="access.sign_in")


def test_bad_token_is_401_even_where_none_is_needed(api: Api) -> None:
    caller = api.visitor()
    caller.token = "smt_nobody-has-this-token"

    problem_of(caller.get("/listings"), status=401, code="token.invalid")


def test_wrong_post_is_403_before_the_body_is_read(api: Api) -> None:
    response = api.person("supplier").call("POST", "/orders", data="{", content_type="application/json")

    problem_of(response, status=403, code="access.denied")


def test_unknown_address_is_404(api: Api) -> None:
    problem_of(api.person("handler").get("/nothing-here"), status=404, code="page.not_found")


def test_unknown_action_is_named(api: Api) -> None:
    number = api.placed(("paper", 1))

    response = api.person("approver").post(f"/orders/{number}/aprove", {})

    assert response.get_json()["code"] == "order.unknown_action"
    assert response.get_json()["facts"]["action"] == "aprove"


def test_wrong_method_is_405_and_says_which_are_right(api: Api) -> None:
    response = api.person("handler").call("DELETE", "/orders")

    problem_of(response, status=405, code="page.wrong_method")
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_big_body_is_413(api: Api) -> None:
    response = api.person("handler").post("/orders", {"note": "x" * (1024 * 1024)})

    problem_of(response, status=413, code="request.too_big")


def test_form_is_415(api: Api) -> None:
    response = api.person("handler").call("POST", "/orders", data={"lines": "1"})

    problem_of(response, status=415, code="request.wrong_type")


BODIES_THAT_DO_NOT_FIT: tuple[tuple[dict[str, Any], str], ...] = (
    ({"lines": []}, "lines"),
    ({"lines": "all of them"}, "lines"),
    ({"unit": 3}, "unit"),
    ({"unit_id": 2**63}, "unit_id"),
    ({"note": "x" * 501}, "note"),
    ({"note": "a\x00b"}, "note"),
    ({"delivery": {"address": "\ud800"}}, "delivery.address"),
    ({"delivery": {"address": {"street": "x"}}}, "delivery.address"),
    ({"named_receiver_id": True}, "named_receiver_id"),
)


def test_body_that_does_not_fit_is_422_with_its_field(api: Api) -> None:
    handler = api.person("handler")

    for change, field in BODIES_THAT_DO_NOT_FIT:
        body = json.dumps({**api.wanted(("paper", 1)), **change})
        response = handler.call("POST", "/orders", data=body, content_type="application/json")

        problem = problem_of(response, status=422, code="request.invalid")
        assert [error["field"] for error in problem["facts"]["errors"]] == [field], change


LINES_THAT_DO_NOT_FIT: tuple[tuple[str, Any], ...] = (
    ("quantity", 0),
    ("quantity", 1.5),
    ("quantity", "2"),
    ("quantity", True),
    ("quantity", 10**30),
    ("price_fen", 21.5),
    ("price_fen", -1),
    ("listing_id", 2**63),
    ("budget_line_id", None),
)


def test_line_that_does_not_fit_is_422(api: Api) -> None:
    handler = api.person("handler")

    for name, value in LINES_THAT_DO_NOT_FIT:
        body = api.wanted(("paper", 1))
        body["lines"][0][name] = value
        problem = problem_of(handler.post("/orders", body), status=422, code="request.invalid")

        assert [error["field"] for error in problem["facts"]["errors"]] == [f"lines.0.{name}"], value


def test_infinite_number_is_422(api: Api) -> None:
    response = api.person("handler").call(
        "POST", "/orders", data='{"lines": [], "delivery": {"floor": NaN}}', content_type="application/json"
    )

    problem_of(response, status=422, code="request.invalid")


def test_list_in_place_of_an_object_is_422(api: Api) -> None:
    problem_of(api.person("handler").post("/orders", [1, 2]), status=422, code="request.invalid")


def test_body_of_an_action_that_does_not_fit_is_422(api: Api) -> None:
    number = api.placed(("paper", 1))

    problem = problem_of(
        api.person("approver").post(f"/orders/{number}/return", {"note": "no reason"}),
        status=422,
        code="request.invalid",
    )

    assert {error["field"] for error in problem["facts"]["errors"]} == {"reason", "note"}


QUERIES_THAT_DO_NOT_FIT = (
    "limit=0", "limit=101", "limit=1_0", "limit=ten", "year=99999", "state=lost", "colour=blue", "limit=1&limit=2",
    "cursor=%00", "cursor=abc", "cursor=WyJ4Il0", "cursor=WzFlOTld", "cursor=WzkyMjMzNzIwMzY4NTQ3NzU4MDhd",
    "cursor=W3RydWVd", "cursor=WzEsMl0", "cursor=" + "A" * 5000,
)  # fmt: skip


def test_query_that_does_not_fit_is_422(api: Api) -> None:
    handler = api.person("handler")

    for query in QUERIES_THAT_DO_NOT_FIT:
        problem = problem_of(handler.get(f"/orders?{query}"), status=422, code="request.invalid")

        assert [error["field"] for error in problem["facts"]["errors"]] == [query.partition("=")[0]], query


def test_error_on_our_side_is_500_and_keeps_its_secret(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = api.person("handler")
    # A test application shows bugs to the test instead of answering.
    monkeypatch.setattr(api.app, "testing", False)

    def broken(*_args: object, **_facts: object) -> None:
        raise RuntimeError("the inner name of the machine")

    monkeypatch.setattr(order_api, "visible_order", broken)
    response = handler.get("/orders/DD-410100-2026-000001")

    problem_of(response, status=500, code="page.bug")
    assert "inner name" not in response.get_data(as_text=True)


def test_words_come_in_the_language_asked_for(api: Api) -> None:
    english = api.visitor().get("/orders", headers={"Accept-Language": "en-GB"}).get_json()
    chinese = api.visitor().get("/orders", headers={"Accept-Language": "zh-CN"}).get_json()

    assert english["detail"].isascii()
    assert not chinese["detail"].isascii()
    assert english["code"] == chinese["code"]


def test_faults_of_fields_are_told_in_the_language_asked_for(api: Api) -> None:
    body = {"lines": [{"listing_id": 1, "quantity": 0, "budget_line_id": "7"}], "odd": 1}

    english = api.person("handler").post("/orders", body).get_json()
    chinese = api.person("handler").post("/orders", body, headers={"Accept-Language": "zh-CN"}).get_json()

    assert english["facts"]["errors"] == [
        {"field": "lines.0.quantity", "message": "Give at least 1."},
        {"field": "lines.0.budget_line_id", "message": "Give a whole number, without quotation marks or decimals."},
        {"field": "odd", "message": "There is no such field; check its spelling."},
    ]
    assert [error["message"] for error in chinese["facts"]["errors"]] == [
        "不能小于 1。", "应为整数，不带引号和小数。", "没有这个字段，请检查拼写。",
    ]  # fmt: skip
    assert "lines.0.quantity: 不能小于 1。" in chinese["title"]
    assert "field" not in chinese["title"]
