"""The whole road through the API: from a cart's lines to a closed order, every fen accounted for at every step."""

from __future__ import annotations

from tests.journeys.story import Book, Story
from tests.world import PASSWORD


def test_an_order_with_an_asset_walks_the_whole_road_and_the_book_follows_every_step(story: Story) -> None:
    """One printer (1,180.00, an asset) from the machines line, ten packs of paper (215.00) from the office line."""
    story.sign_in("handler", "approver", "supplier", "receiver", "accountant", "finance")
    assert story.book("school_machines") == Book(available=50_000_000)
    assert story.book("school_office") == Book(available=10_000_000)

    number = story.place(story.wanted("printer", 1, "school_machines"), story.wanted("paper", 10, "school_office"))
    assert story.book("school_machines") == Book(available=49_882_000, reserved=118_000)
    assert story.book("school_office") == Book(available=9_978_500, reserved=21_500)

    assert story.act("approver", "approve", number, note="同意")["state"] == "approved"
    assert story.book("school_machines") == Book(available=49_882_000, committed=118_000)
    assert story.book("school_office") == Book(available=9_978_500, committed=21_500)

    assert story.act("supplier", "confirm", number)["state"] == "confirmed"
    assert story.act("handler", "sign", number, password=PASSWORD)["state"] == "confirmed"
    assert story.act("supplier", "sign", number, password=PASSWORD)["state"] == "contracted"
    assert story.act("supplier", "ship", number, carrier="自送")["state"] == "shipped"
    assert story.act("receiver", "receive", number)["state"] == "received"
    assert story.book("school_machines") == Book(available=49_882_000, committed=118_000)
    assert story.book("school_office") == Book(available=9_978_500, committed=21_500)

    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book("school_machines") == Book(available=49_882_000, accrued=118_000)
    assert story.book("school_office") == Book(available=9_978_500, accrued=21_500)

    invoice = {"number": "24412000000000000001", "issued_on": story.order(number)["accepted_on"]}
    assert story.act("supplier", "invoice", number, **invoice, amount_fen=139_500)["state"] == "invoiced"
    assert story.act("accountant", "request_payment", number)["state"] == "payment_requested"
    assert story.book("school_machines") == Book(available=49_882_000, accrued=118_000)
    assert story.book("school_office") == Book(available=9_978_500, accrued=21_500)

    assert story.act("finance", "approve_payment", number)["state"] == "in_payment"
    assert story.book("school_machines") == Book(available=49_882_000, in_payment=118_000)
    assert story.book("school_office") == Book(available=9_978_500, in_payment=21_500)

    batch = story.batch()
    assert (batch.sequence_no, batch.payment_count, batch.amount_fen) == (1, 1, 139_500)
    assert story.book("school_machines") == Book(available=49_882_000, in_payment=118_000)

    report = story.treasury_says((story.payment_of(number), "OK", 139_500, "GK1", ""))
    assert report.outcomes == {"paid": 1}
    assert story.order(number)["state"] == "paid"
    assert story.book("school_machines") == Book(available=49_882_000, paid=118_000)
    assert story.book("school_office") == Book(available=9_978_500, paid=21_500)

    assert story.act("handler", "rate", number, goods=5, delivery=4, service=5, words="很好")["state"] == "paid"
    assert story.act("receiver", "register_asset", number)["state"] == "closed"
    assert story.book("school_machines") == Book(available=49_882_000, paid=118_000)
    assert story.book("school_office") == Book(available=9_978_500, paid=21_500)


def test_the_order_tells_who_did_what_and_lists_its_papers(story: Story) -> None:
    number = story.place(story.wanted("printer", 1, "school_machines"))

    story.walk(number, until="approve_payment")

    order = story.order(number)
    assert order["people"] == {
        "handler": "测试handler",
        "approver": "测试approver",
        "receiver": "测试receiver",
        "accountant": "测试accountant",
        "finance": "测试finance",
    }
    assert [(paper["kind"], paper["amount_fen"]) for paper in order["documents"]] == [
        ("order", 118_000),
        ("contract", 118_000),
        ("acceptance", 118_000),
        ("invoice", 118_000),
        ("payment", 118_000),
    ]


def test_the_postings_of_an_order_tell_its_story_and_balance_in_every_book(story: Story) -> None:
    number = story.place(story.wanted("printer", 1, "school_machines"))
    story.walk(number, until="approve_payment")
    story.pay(number)
    story.act("accountant", "register_asset", number)

    items = story.send("accountant", "GET", f"/orders/{number}/postings").json["items"]

    events = list(dict.fromkeys(item["event"] for item in items))
    assert events == ["submit", "approve", "accept", "request", "send", "confirm", "register"]
    per_event = {
        event: {(item["book"], item["account"]): item["amount_fen"] for item in items if item["event"] == event}
        for event in events
    }
    assert per_event["submit"] == {("budget", "available"): 118_000, ("budget", "reserved"): -118_000}
    assert per_event["approve"] == {("budget", "reserved"): 118_000, ("budget", "committed"): -118_000}
    assert per_event["accept"][("budget", "committed")] == 118_000
    assert per_event["accept"][("budget", "accrued")] == -118_000
    assert per_event["accept"][("financial", "accepted_assets")] == 118_000
    assert per_event["request"][("budget", "accrued")] == 118_000
    assert per_event["request"][("budget", "in_payment")] == -118_000
    assert set(per_event["send"]) == {("treasury", "outstanding"), ("treasury", "to_send")}
    assert per_event["confirm"][("budget", "in_payment")] == 118_000
    assert per_event["confirm"][("budget", "paid")] == -118_000
    assert per_event["register"] == {("financial", "accepted_assets"): -118_000, ("financial", "fixed_assets"): 118_000}
    sums: dict[tuple[int, str], int] = {}
    for item in items:
        sums[item["txn_id"], item["book"]] = sums.get((item["txn_id"], item["book"]), 0) + item["amount_fen"]
    assert set(sums.values()) == {0}


def test_a_cart_over_two_suppliers_becomes_two_orders(story: Story) -> None:
    answer = story.ask_for(
        story.wanted("paper", 10, "school_office"),
        story.wanted("paper2", 10, "school_office"),
        story.wanted("printer", 1, "school_machines"),
    )

    assert answer.status_code == 201
    assert sorted(order["total_fen"] for order in answer.json["orders"]) == [22_800, 139_500]
    assert answer.json["refused"] == []
    assert story.book("school_office") == Book(available=9_955_700, reserved=44_300)
    assert story.book("school_machines") == Book(available=49_882_000, reserved=118_000)


def test_of_two_suppliers_one_is_refused_and_the_other_order_stands(story: Story) -> None:
    story.alter("update supplier set state = 'suspended' where id = %s", story.world.moon_id)

    answer = story.ask_for(story.wanted("paper", 10, "school_office"), story.wanted("paper2", 10, "school_office"))

    assert answer.status_code == 201
    assert [order["total_fen"] for order in answer.json["orders"]] == [21_500]
    assert [refused["code"] for refused in answer.json["refused"]] == ["supplier.suspended"]
    assert story.book("school_office") == Book(available=9_978_500, reserved=21_500)


def test_the_order_keeps_what_it_was_judged_by(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office") | {"price_fen": 2_150})

    judged_by = story.judged_by(number)
    assert judged_by["prices"][0]["seen_price_fen"] == 2_150
    assert {rule["code"]: rule["value"] for rule in judged_by["rules"]}["direct_purchase.year_limit"] == 100_000_000
    (compared,) = judged_by["offers_compared"].values()
    assert [offer["price_fen"] for offer in compared] == [2_150, 2_280]


def test_the_same_key_gives_the_same_answer_and_one_effect(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))

    first = story.send("approver", "POST", f"/orders/{number}/approve", {"note": "同意"}, key="key-approve-1")
    second = story.send("approver", "POST", f"/orders/{number}/approve", {"note": "同意"}, key="key-approve-1")
    other = story.send("approver", "POST", f"/orders/{number}/approve", {"note": "另一个"}, key="key-approve-1")

    assert (first.status_code, second.status_code, other.status_code) == (200, 200, 422)
    assert first.json == second.json
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert other.json["code"] == "request.key_reused"
    assert story.book() == Book(available=9_978_500, committed=21_500)


def test_when_money_runs_out_at_the_second_supplier_the_first_order_stands_alone(story: Story) -> None:
    """The small line has 100.00: four packs at 21.50 fit, then one at 22.80 does not."""
    answer = story.ask_for(story.wanted("paper", 4, "school_small"), story.wanted("paper2", 1, "school_small"))

    assert answer.status_code == 201
    assert [order["total_fen"] for order in answer.json["orders"]] == [8_600]
    assert [refused["code"] for refused in answer.json["refused"]] == ["ledger.insufficient"]
    assert story.book("school_small") == Book(available=1_400, reserved=8_600)
    assert story.counted("A05040101") == 8_600
    assert len(story.send("handler", "GET", "/orders").json["items"]) == 1
