"""One request sent several times at once: one effect and one answer, because of its key and only because of it."""

from __future__ import annotations

import uuid

from tests.concurrency.crowd import Answer, Mall, at_once, counted, new_line

TIMES = 5


def send_at_once(mall: Mall, who: str, path: str, body: dict[str, object], *, keys: list[str | None]) -> list[Answer]:
    """The same call once for every key, all at the same moment."""
    mall.token(who)

    def call(number: int) -> Answer:
        caller = mall.caller(who)
        try:
            return caller.post(path, body, key=keys[number])
        finally:
            caller.close()

    return at_once(call, people=len(keys))


def ten_packs(mall: Mall, line_id: int) -> dict[str, object]:
    return {"lines": [{"listing_id": mall.world.listings["paper"], "quantity": 10, "budget_line_id": line_id}]}


def orders_on(mall: Mall, line_id: int) -> int:
    return mall.one("select count(*) from order_line where budget_line_id = %s", line_id)


def test_an_order_sent_five_times_at_once_with_one_key_is_placed_once(mall: Mall) -> None:
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=1_000_000)

    given = send_at_once(mall, "handler", "/orders", ten_packs(mall, line_id), keys=[str(uuid.uuid4())] * TIMES)

    assert counted(given) == {"accepted": 5}
    assert [answer.body for answer in given] == [given[0].body] * 5
    assert sorted(answer.is_replayed for answer in given) == [False, True, True, True, True]
    assert orders_on(mall, line_id) == 1
    assert mall.book(line_id) == (978_500, 21_500)


def test_control_without_a_key_five_requests_are_five_orders(mall: Mall) -> None:
    """The negative control: it is the key that makes them one."""
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=1_000_000)

    given = send_at_once(mall, "handler", "/orders", ten_packs(mall, line_id), keys=[None] * TIMES)

    assert counted(given) == {"accepted": 5}
    assert orders_on(mall, line_id) == 5
    assert mall.book(line_id) == (892_500, 107_500)


def test_a_key_that_was_refused_may_be_used_again(mall: Mall) -> None:
    """A refusal leaves nothing behind, the key neither: five refusals, and an order once there is money."""
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=21_499)
    key = str(uuid.uuid4())

    refused = send_at_once(mall, "handler", "/orders", ten_packs(mall, line_id), keys=[key] * TIMES)
    assert counted(refused) == {"ledger.insufficient": 5}

    mall.alter("update listing set price_fen = 2149 where id = %s", mall.world.listings["paper"])
    try:
        placed = send_at_once(mall, "handler", "/orders", ten_packs(mall, line_id), keys=[key])
    finally:
        mall.alter("update listing set price_fen = 2150 where id = %s", mall.world.listings["paper"])
    assert counted(placed) == {"accepted": 1}
    assert mall.book(line_id) == (9, 21_490)


def test_the_same_key_with_another_body_is_refused_and_has_no_effect(mall: Mall) -> None:
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=1_000_000)
    key = str(uuid.uuid4())
    caller = mall.caller("handler")

    first = caller.post("/orders", ten_packs(mall, line_id), key=key)
    other = caller.post("/orders", ten_packs(mall, line_id) | {"note": "另一份"}, key=key)
    caller.close()

    assert (first.status, other.status) == (201, 422)
    assert other.body["code"] == "request.key_reused"
    assert orders_on(mall, line_id) == 1


def test_two_bodies_under_one_key_at_once_have_one_effect(mall: Mall) -> None:
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=1_000_000)
    key = str(uuid.uuid4())
    mall.token("handler")

    def call(number: int) -> Answer:
        caller = mall.caller("handler")
        try:
            return caller.post("/orders", ten_packs(mall, line_id) | {"note": f"第{number}份"}, key=key)
        finally:
            caller.close()

    given = at_once(call, people=TIMES)

    assert counted(given) == {"accepted": 1, "request.key_reused": 4}
    assert mall.book(line_id) == (978_500, 21_500)


def test_the_same_key_of_two_people_is_two_keys(mall: Mall) -> None:
    school = new_line(unit_id=mall.world.school_id, appropriation_fen=1_000_000)
    county = new_line(unit_id=mall.world.county_id, appropriation_fen=1_000_000)
    key = str(uuid.uuid4())

    one = send_at_once(mall, "handler", "/orders", ten_packs(mall, school), keys=[key])
    other = send_at_once(mall, "handler2", "/orders", ten_packs(mall, county), keys=[key])

    assert counted(one + other) == {"accepted": 2}
    assert (mall.book(school), mall.book(county)) == ((978_500, 21_500), (978_500, 21_500))


def test_an_approval_sent_five_times_at_once_with_one_key_is_one_approval(mall: Mall) -> None:
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=1_000_000)
    (placed,) = send_at_once(mall, "handler", "/orders", ten_packs(mall, line_id), keys=[None])
    number = placed.body["orders"][0]["number"]

    given = send_at_once(mall, "approver", f"/orders/{number}/approve", {}, keys=[str(uuid.uuid4())] * TIMES)

    assert counted(given) == {"accepted": 5}
    assert [answer.body for answer in given] == [given[0].body] * 5
    steps = "select count(*) from document_step where document = %s and action = 'approve'"
    assert mall.one(steps, f"order:{number}") == 1
