"""Orders in the API: placing, reading, listing, and what they posted."""

from __future__ import annotations

import re
from collections import defaultdict

from sqlalchemy import event

from mall.database import engine
from mall.ordering.order_actions import ACTIONS
from tests.mall.api.conftest import Api


def test_two_suppliers_become_two_orders(api: Api) -> None:
    response = api.person("handler").post("/orders", api.wanted(("paper", 10), ("paper2", 3)))

    assert response.status_code == 201
    answer = response.get_json()
    assert [order["total_fen"] for order in answer["orders"]] == [21500, 6840]
    assert {order["state"] for order in answer["orders"]} == {"submitted"}
    assert {order["supplier_id"] for order in answer["orders"]} == {api.world.sunny_id, api.world.moon_id}
    assert answer["orders"][0]["actions"] == ["cancel"]
    assert answer["refused"] == []


def test_one_order_says_where_it_is(api: Api) -> None:
    response = api.person("handler").post("/orders", api.wanted(("paper", 1)))

    number = response.get_json()["orders"][0]["number"]
    assert response.headers["Location"] == f"/api/v1/orders/{number}"


def test_nothing_is_read_while_the_budget_line_is_locked(api: Api) -> None:
    handler = api.person("handler")
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(" ".join(statement.split()))

    event.listen(engine(), "before_cursor_execute", note)
    handler.post("/orders", api.wanted(("paper", 1), ("printer", 1)), key="7b0f3a52-8f5e-4f1c")
    event.remove(engine(), "before_cursor_execute", note)

    posted = next(place for place, statement in enumerate(statements) if "ledger.post(" in statement)
    assert [statement.partition(" SET ")[0] for statement in statements[posted + 1 :]] == ["UPDATE request_record"]


def test_refused_supplier_does_not_undo_the_other(api: Api) -> None:
    body = api.wanted(("paper", 1), ("paper2", 2))
    body["lines"][1]["price_fen"] = 2000

    response = api.person("handler").post("/orders", body)

    assert response.status_code == 201
    assert [order["total_fen"] for order in response.get_json()["orders"]] == [2150]
    (refused,) = response.get_json()["refused"]
    assert refused["code"] == "order.price_changed"
    assert refused["facts"]["price_fen"] == 2280
    assert refused["supplier_id"] == api.world.moon_id
    assert refused["detail"] and refused["next"]


def test_no_money_on_the_line_is_a_problem_with_facts(api: Api) -> None:
    response = api.person("handler").post("/orders", api.wanted(("paper", 10), line="school_small"))

    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert problem["code"] == "ledger.insufficient"
    assert problem["status"] == response.status_code == 409
    lines = api.person("handler").get("/budget-lines").get_json()["items"]
    small = next(line for line in lines if line["id"] == api.world.lines["school_small"])
    assert (small["available_fen"], small["reserved_fen"]) == (10_000, 0)


def test_line_of_another_unit_is_refused(api: Api) -> None:
    response = api.person("handler").post("/orders", api.wanted(("paper", 1), line="county_office"))

    assert response.mimetype == "application/problem+json"
    assert response.get_json()["code"] == "budget.unknown_line"
    assert api.person("handler").get("/orders").get_json()["items"] == []


def test_order_for_another_unit_is_denied(api: Api) -> None:
    body = {**api.wanted(("paper", 1)), "unit_id": api.world.county_id}

    response = api.person("handler").post("/orders", body)

    assert response.status_code == 403
    assert response.get_json()["code"] == "access.denied"


def test_order_is_read_whole(api: Api) -> None:
    number = api.placed(("paper", 10))

    order = api.person("handler").get(f"/orders/{number}").get_json()

    assert order["number"] == number
    assert order["unit"] == "郑州市阳光中学"
    assert order["supplier"] == "郑州晴天办公用品有限公司"
    assert order["people"] == {"handler": "测试handler"}
    assert order["delivery"]["contact"] == "王老师"
    assert order["due_at"] is not None
    (line,) = order["lines"]
    assert (line["quantity"], line["price_fen"], line["amount_fen"]) == (10, 2150, 21500)
    assert line["budget_line_id"] == api.world.lines["school_office"]
    assert [paper["kind"] for paper in order["documents"]] == ["order"]


def test_supplier_does_not_see_which_budget_line_pays(api: Api) -> None:
    number = api.placed(("paper", 10))
    api.person("approver").act(number, "approve")

    order = api.person("supplier").get(f"/orders/{number}").get_json()

    assert order["actions"] == ["confirm", "decline"]
    assert [line["budget_line_id"] for line in order["lines"]] == [None]


def test_foreign_order_looks_like_one_that_does_not_exist(api: Api) -> None:
    number = api.placed(("paper", 1))
    missing_number = f"{number[:-1]}9"

    for username in ("handler2", "supplier2", "regulator-county"):
        stranger = api.person(username)
        foreign = stranger.get(f"/orders/{number}")
        missing = stranger.get(f"/orders/{missing_number}")

        assert foreign.status_code == missing.status_code == 404
        assert _without_ids(foreign.get_data(as_text=True)) == _without_ids(
            missing.get_data(as_text=True).replace(missing_number, number)
        )


def _without_ids(text: str) -> str:
    return re.sub(r'"request_id": ?"[^"]+"', "", text)


def test_number_that_no_order_can_have_is_unknown(api: Api) -> None:
    handler = api.person("handler")

    for number in ("%00", "%E8%AE%A2%E5%8D%95", "x" * 200, "'%20or%201=1", "DD-1%0A"):
        response = handler.get(f"/orders/{number}")

        assert response.status_code == 404, number
        assert response.get_json()["code"] == "order.unknown"


def test_officer_sees_no_orders(api: Api) -> None:
    for username in ("sysadmin", "secadmin", "auditor"):
        assert api.person(username).get("/orders").status_code == 403


def test_pages_of_orders_have_no_gap_and_no_repetition(api: Api) -> None:
    handler = api.person("handler")
    placed = [
        handler.post("/orders", api.wanted(("paper", count))).get_json()["orders"][0]["number"] for count in range(1, 8)
    ]

    listed, address = [], "/orders?limit=3"
    while address:
        page = handler.get(address).get_json()
        listed.append([order["number"] for order in page["items"]])
        address = f"/orders?limit=3&cursor={page['next']}" if page["next"] else ""
        # One more order while the reader turns the page must shift nothing.
        handler.post("/orders", api.wanted(("paper2", 1)))

    assert [len(page) for page in listed] == [3, 3, 1]
    assert [number for page in listed for number in page] == placed[::-1]


def test_orders_are_filtered_by_state_and_year(api: Api) -> None:
    first, second = api.placed(("paper", 1)), api.placed(("paper", 2))
    handler = api.person("handler")
    year = handler.get(f"/orders/{first}").get_json()["year"]
    handler.act(second, "cancel", {"reason": "no longer needed"})

    cancelled = handler.get(f"/orders?state=cancelled&year={year}").get_json()["items"]
    last_year = handler.get(f"/orders?year={year - 1}").get_json()["items"]

    assert [order["number"] for order in cancelled] == [second]
    assert last_year == []


def test_postings_explain_the_order(api: Api) -> None:
    number = api.placed(("paper", 10))
    api.person("approver").act(number, "approve")

    items = api.person("accountant").get(f"/orders/{number}/postings").get_json()["items"]

    moves = [(item["event"], item["book"], item["account"], item["amount_fen"], item["side"]) for item in items]
    assert moves == [
        ("submit", "budget", "available", 21500, "debit"),
        ("submit", "budget", "reserved", -21500, "credit"),
        ("approve", "budget", "reserved", 21500, "debit"),
        ("approve", "budget", "committed", -21500, "credit"),
    ]
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for item in items:
        sums[item["txn_id"], item["book"]] += item["amount_fen"]
    assert set(sums.values()) == {0}
    assert {item["line_id"] for item in items} == {api.world.lines["school_office"]}


def test_supplier_may_not_read_the_units_book(api: Api) -> None:
    number = api.placed(("paper", 10))
    api.person("approver").act(number, "approve")

    response = api.person("supplier").get(f"/orders/{number}/postings")

    assert response.status_code == 403


def test_an_order_goes_its_whole_road_to_the_treasury(api: Api) -> None:
    number = api.placed(("paper", 10))
    handler, supplier, receiver = api.person("handler"), api.person("supplier"), api.person("receiver")
    today = handler.get(f"/orders/{number}").get_json()["created_at"][:10]

    states = [
        api.person("approver").act(number, "approve", {"note": "ok"})["state"],
        supplier.act(number, "confirm", {"lines": [{"line_no": 1, "price_fen": 2000}]})["state"],
        handler.act(number, "sign", {"password": "Sonne-2026-Test"})["state"],
        supplier.act(number, "sign", {"password": "Sonne-2026-Test"})["state"],
        supplier.act(number, "ship", {"lines": [{"line_no": 1, "quantity": 4}], "carrier": "顺丰"})["state"],
        receiver.act(number, "receive")["state"],
        supplier.act(number, "ship")["state"],
        receiver.act(number, "receive")["state"],
        receiver.act(number, "accept")["state"],
    ]
    accepted = supplier.get(f"/orders/{number}").get_json()
    invoice = {"number": "24412000000000000001", "issued_on": today, "amount_fen": 20000}
    states += [
        supplier.act(number, "invoice", invoice)["state"],
        api.person("accountant").act(number, "request_payment")["state"],
        api.person("finance").act(number, "approve_payment")["state"],
    ]

    assert states == [
        "approved", "confirmed", "confirmed", "contracted", "shipped", "received", "received", "received",
        "accepted", "invoiced", "payment_requested", "in_payment",
    ]  # fmt: skip
    assert accepted["lines"][0]["contract_amount_fen"] == 20000
    order = handler.get(f"/orders/{number}").get_json()
    assert [(paper["kind"], paper["amount_fen"]) for paper in order["documents"]] == [
        ("order", 20000), ("contract", 20000), ("acceptance", 20000), ("invoice", 20000), ("payment", 20000),
    ]  # fmt: skip
    line = next(
        item
        for item in handler.get("/budget-lines").get_json()["items"]
        if item["id"] == api.world.lines["school_office"]
    )
    assert (line["available_fen"], line["committed_fen"], line["in_payment_fen"]) == (9_980_000, 0, 20_000)


def test_action_out_of_turn_is_refused_with_its_code(api: Api) -> None:
    number = api.placed(("paper", 1))

    response = api.person("receiver").post(f"/orders/{number}/receive", {})

    assert response.status_code == 409
    assert response.get_json()["code"] == "state.not_possible"


def test_handler_may_not_approve_her_own_order(api: Api) -> None:
    number = api.placed(("paper", 1))

    response = api.person("handler").post(f"/orders/{number}/approve", {})

    assert response.status_code == 403
    assert api.person("handler").get(f"/orders/{number}").get_json()["state"] == "submitted"


def test_action_without_facts_needs_no_body(api: Api) -> None:
    number = api.placed(("paper", 1))

    response = api.person("approver").call("POST", f"/orders/{number}/approve")

    assert response.status_code == 200
    assert response.get_json()["state"] == "approved"


def test_every_action_of_a_foreign_order_is_unknown(api: Api) -> None:
    number = api.placed(("paper", 1))
    stranger = api.person("approver2")
    bodies = {
        "edit": {"lines": [{"line_no": 1, "quantity": 1}]},
        "sign": {"password": "x"},
        "answer_dispute": {"answer": "none of mine"},
        "settle_dispute": {"outcome": "accept"},
        "invoice": {"number": "1", "issued_on": "2026-01-01", "amount_fen": 1},
        "rate": {"goods": 5, "delivery": 5, "service": 5},
        "credit_note": {
            "number": "2", "invoice": "1", "issued_on": "2026-01-01", "amount_fen": 1, "reason": "none of mine",
        },
        "ask_price_cut": {"lines": [{"line_no": 1, "amount_fen": 1}], "reason": "none of mine"},
        "ask_retention": {"amount_fen": 1, "due_on": "2026-12-31", "reason": "none of mine"},
        "claim_refund": {"lines": [{"line_no": 1, "amount_fen": 1}], "reason": "none of mine"},
        "offset_refund": {"refund": "TK-1"},
        "receive_refund": {"reference": "TK1"},
    }  # fmt: skip
    with_reason = (
        "return", "cancel", "decline", "request_cancellation", "refuse", "request_short", "dispute", "return_payment",
        "ask_return", "decline_change", "release_retention", "dispute_refund", "insist_refund", "give_up_refund",
    )  # fmt: skip
    bodies |= {action: {"reason": "none of mine"} for action in with_reason}

    codes = {
        action: stranger.post(f"/orders/{number}/{action}", bodies.get(action, {})).get_json()["code"]
        for action in ACTIONS
    }

    assert codes == dict.fromkeys(ACTIONS, "order.unknown")
