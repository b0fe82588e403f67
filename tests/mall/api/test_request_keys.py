"""Sending a call again under its key: one effect, one answer."""

from __future__ import annotations

import threading

from sqlalchemy import func, select

from mall.database import reading
from mall.documents.once import RequestRecord, hash_of
from mall.ordering.order import Order
from tests.mall.api.conftest import Api
from tests.world import PASSWORD

KEY = "7b0f3a52-8f5e-4f1c-9d0e-1c8a4f6f2b11"


def orders_in_the_mall() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


def test_same_order_sent_again_is_placed_once_and_answered_alike(api: Api) -> None:
    handler = api.person("handler")
    first = handler.post("/orders", api.wanted(("paper", 2)), key=KEY)

    again = handler.post("/orders", api.wanted(("paper", 2)), key=KEY)

    assert first.status_code == again.status_code == 201
    assert again.get_json() == first.get_json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert orders_in_the_mall() == 1


def test_replay_answers_as_then_although_the_order_has_gone_on(api: Api) -> None:
    handler = api.person("handler")
    first = handler.post("/orders", api.wanted(("paper", 2)), key=KEY).get_json()
    api.person("approver").act(first["orders"][0]["number"], "approve")

    again = handler.post("/orders", api.wanted(("paper", 2)), key=KEY).get_json()

    assert again == first
    assert again["orders"][0]["state"] == "submitted"


def test_same_key_with_another_body_is_refused(api: Api) -> None:
    handler = api.person("handler")
    handler.post("/orders", api.wanted(("paper", 2)), key=KEY)

    response = handler.post("/orders", api.wanted(("paper", 3)), key=KEY)

    assert response.status_code == 422
    assert response.get_json()["code"] == "request.key_reused"
    assert orders_in_the_mall() == 1


def test_key_of_another_person_is_another_key(api: Api) -> None:
    api.person("handler").post("/orders", api.wanted(("paper", 2)), key=KEY)

    response = api.person("handler2").post("/orders", api.wanted(("paper", 2), line="county_office"), key=KEY)

    assert response.status_code == 201
    assert "Idempotency-Replayed" not in response.headers


def test_refused_call_leaves_its_key_free(api: Api) -> None:
    handler = api.person("handler")
    assert handler.post("/orders", api.wanted(("paper", 10), line="school_small"), key=KEY).status_code == 409

    response = handler.post("/orders", api.wanted(("paper", 1), line="school_small"), key=KEY)

    assert response.status_code == 201


def test_malformed_keys_are_refused(api: Api) -> None:
    handler = api.person("handler")

    for key in ("short", "x" * 201, ""):
        response = handler.post("/orders", api.wanted(("paper", 1)), key=key)
        assert response.status_code == 422
        assert response.get_json()["code"] == "request.key_malformed"
    assert orders_in_the_mall() == 0


def test_action_sent_again_is_taken_once_and_answered_alike(api: Api) -> None:
    number = api.placed(("paper", 2))
    approver = api.person("approver")
    first = approver.post(f"/orders/{number}/approve", {"note": "fine"}, key=KEY)
    api.person("supplier").act(number, "confirm")

    again = approver.post(f"/orders/{number}/approve", {"note": "fine"}, key=KEY)

    assert again.get_json() == first.get_json()
    assert again.get_json()["state"] == "approved"
    assert again.headers["Idempotency-Replayed"] == "true"


def test_key_of_an_action_belongs_to_one_order(api: Api) -> None:
    first, second = api.placed(("paper", 1)), api.placed(("paper", 2))
    approver = api.person("approver")
    approver.act(first, "approve", key=KEY)

    response = approver.post(f"/orders/{second}/approve", {}, key=KEY)

    assert response.status_code == 422
    assert response.get_json()["code"] == "request.key_reused"


def test_five_at_once_under_one_key_have_one_effect(api: Api) -> None:
    handler, answers = api.person("handler"), []
    body = api.wanted(("paper", 2))
    assert handler.get("/orders").status_code == 200

    threads = [
        threading.Thread(target=lambda: answers.append(handler.post("/orders", body, key=KEY))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.get_json()["orders"][0]["number"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 4
    assert orders_in_the_mall() == 1


def test_five_at_once_without_a_key_have_five(api: Api) -> None:
    handler, answers = api.person("handler"), []
    body = api.wanted(("paper", 2))

    threads = [threading.Thread(target=lambda: answers.append(handler.post("/orders", body))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 5
    assert orders_in_the_mall() == 5


def test_nothing_of_a_password_is_remembered(api: Api) -> None:
    number = api.placed(("paper", 1))
    api.person("approver").act(number, "approve")
    api.person("supplier").act(number, "confirm")

    api.person("handler").act(number, "sign", {"password": PASSWORD}, key=KEY)

    with reading() as session:
        record = session.scalar(select(RequestRecord).where(RequestRecord.request_key == KEY))
        assert record is not None
        assert record.body_hash == hash_of({"order": number})
        assert PASSWORD not in str(record.answer)
