"""Messages: what the mall decided, once each, oldest first, until acknowledged, and nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.catalogue.enter_ceiling import decide_ceiling, enter_ceiling
from mall.catalogue.hold_listing import delist_listing, freeze_listing, lift_hold
from mall.catalogue.shelve_listing import locked_listing
from mall.catalogue.submit_listing import submit_listing
from mall.catalogue.sweep_listings import sweep_listings
from mall.database import atomic
from mall.documents.advance import advance
from mall.listing_review.give_verdicts import give_verdicts
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import Event, _subscribers
from mall.supplier_push.change_push_keys import retire_push_key
from mall.supplier_push.purge_push import purge_push
from mall.supplier_push.supplier_message import KINDS
from mall.supplier_push.write_messages_subscriber import OF_CHANGES, OF_LISTINGS, OF_ORDERS, tell_of_listings
from tests.conftest import Clone
from tests.journeys.story import Story
from tests.mall.catalogue.conftest import Shelf
from tests.mall.supplier_push.pusher import Pusher

SOURCE = "豫财购框架协议〔2026〕12号"


def judge(shelf: Shelf, *documents: str, verdict: str = "pass", reasons: tuple[str, ...] = (), note: str = "") -> None:
    for who in ("centre", "monitor"):
        give_verdicts(actor=shelf.actor(who), documents=documents, verdict=verdict, reasons=reasons, note=note)


def submitted(shelf: Shelf, sku: str = "NEW-1", **more: int) -> int:
    listing_id = shelf.put(sku, **more)
    submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)
    return listing_id


def change_of(shelf: Shelf) -> str:
    return "listing_change:{}".format(*shelf.rows("select max(id) from listing_change")[0])


def ceiling(shelf: Shelf, *, ceiling_fen: int) -> None:
    entered = enter_ceiling(
        actor=shelf.actor("centre"), ceiling_fen=ceiling_fen, valid_from=date(2026, 1, 1), source=SOURCE,
        category_code="A05040101",
    )  # fmt: skip
    decide_ceiling(actor=shelf.actor("monitor"), ceiling_id=entered.id, action="confirm")


def told(pusher: Pusher) -> list[tuple[str, str | None]]:
    """Deliver what waits; (kind, SKU) of the messages."""
    deliver_waiting(limit=10_000)
    return pusher.kinds()


def test_accepted_goods_are_told_of_in_the_order_of_the_decisions(shelf: Shelf, sunny: Pusher) -> None:
    first, second = submitted(shelf, "NEW-1"), submitted(shelf, "NEW-2")
    judge(shelf, f"listing:{second}")
    judge(shelf, f"listing:{first}")

    assert told(sunny) == [("listing_accepted", "NEW-2"), ("listing_accepted", "NEW-1")]
    assert [message["id"] for message in sunny.messages()] == [1, 2]


def test_goods_judged_together_are_told_of_one_by_one(shelf: Shelf, sunny: Pusher) -> None:
    ids = [submitted(shelf, f"NEW-{number}") for number in range(3)]

    judge(shelf, *(f"listing:{listing_id}" for listing_id in ids))

    assert told(sunny) == [("listing_accepted", f"NEW-{number}") for number in range(3)]
    assert [message["id"] for message in sunny.messages()] == [1, 2, 3]


def test_a_rejection_tells_reasons_and_words_and_not_whose_they_are(shelf: Shelf, sunny: Pusher) -> None:
    listing_id = submitted(shelf)
    judge(shelf, f"listing:{listing_id}", verdict="reject", reasons=("price_too_high", "other"), note="同款更便宜")
    told(sunny)

    (message,) = sunny.messages()

    assert (message["kind"], message["sku"], message["order"]) == ("listing_rejected", "NEW-1", None)
    assert message["facts"] == {"reasons": ["price_too_high", "other"], "notes": ["同款更便宜"] * 2}


def test_what_the_automatic_checks_refuse_is_told_with_its_reasons(shelf: Shelf, sunny: Pusher) -> None:
    shelf.rule("listing.require_attributes", 1)
    submitted(shelf, "NEW-1", like="printer", price_fen=100_000)
    told(sunny)

    (message,) = sunny.messages()

    assert message["kind"] == "listing_rejected"
    assert "attribute_missing" in message["facts"]["reasons"] and message["facts"]["attributes"]


def test_a_stopped_price_is_told_with_ceiling_source_and_equivalent(shelf: Shelf, sunny: Pusher) -> None:
    ceiling(shelf, ceiling_fen=2200)
    submitted(shelf, "NEW-1", price_fen=2500)
    sunny.outcome("prices", sku="SKU-paper", price_fen=2400)
    told(sunny)

    listing, change = sunny.messages()

    assert [(one["kind"], one["sku"]) for one in (listing, change)] == [
        ("price_stopped", "NEW-1"),
        ("price_stopped", "SKU-paper"),
    ]
    for message, price_fen in ((listing, 2500), (change, 2400)):
        facts = message["facts"]
        assert (facts["price_fen"], facts["ceiling_fen"], facts["source"]) == (price_fen, 2200, SOURCE)
    assert change["facts"]["old_price_fen"] == 2150
    assert change["facts"]["equivalent"]["price_fen"] == 2280


def test_changes_accepted_and_rejected_are_told_with_both_prices(shelf: Shelf, sunny: Pusher) -> None:
    sunny.outcome("prices", sku="SKU-paper", price_fen=2300)
    judge(shelf, change_of(shelf))
    sunny.outcome("prices", sku="SKU-paper", price_fen=2400)
    judge(shelf, change_of(shelf), verdict="reject", reasons=("price_not_explained",))
    told(sunny)

    accepted, rejected = sunny.messages()

    assert (accepted["kind"], rejected["kind"]) == ("change_accepted", "change_rejected")
    assert (accepted["facts"]["old_price_fen"], accepted["facts"]["price_fen"]) == (2150, 2300)
    assert (rejected["facts"]["old_price_fen"], rejected["facts"]["price_fen"]) == (2300, 2400)
    assert rejected["facts"]["reasons"] == ["price_not_explained"]


def test_holds_expiry_and_delisting_are_told(shelf: Shelf, sunny: Pusher) -> None:
    paper, until = shelf.world.listings["paper"], clock.today() + timedelta(days=10)
    freeze_listing(actor=shelf.actor("centre"), listing_id=paper, reason="抽检不合格", until=until)
    lift_hold(actor=shelf.actor("centre"), listing_id=paper)
    sunny.outcome("prices", sku="SKU-paper", price_fen=2300)
    delist_listing(actor=shelf.actor("centre"), listing_id=paper, reason="停产")
    shelf.write("update listing set ends_on = %s where sku = 'SKU-printer'", clock.today() - timedelta(days=1))
    sweep_listings()

    assert told(sunny) == [
        ("listing_frozen", "SKU-paper"),
        ("listing_thawed", "SKU-paper"),
        ("listing_delisted", "SKU-paper"),
        ("change_lapsed", "SKU-paper"),
        ("listing_expired", "SKU-printer"),
    ]
    frozen, _thawed, delisted, *_rest = sunny.messages()
    assert frozen["facts"] == {"until": until.isoformat(), "notes": ["抽检不合格"]}
    assert delisted["facts"]["notes"] == ["停产"]


def test_goods_held_off_the_shelf_are_told_of_when_they_thaw(shelf: Shelf, sunny: Pusher) -> None:
    listing_id = shelf.put("NEW-1", state="off_shelf")
    until = clock.today() + timedelta(days=10)
    freeze_listing(actor=shelf.actor("centre"), listing_id=listing_id, reason="抽检不合格", until=until)
    lift_hold(actor=shelf.actor("centre"), listing_id=listing_id)

    assert told(sunny) == [("listing_frozen", "NEW-1"), ("listing_thawed", "NEW-1")]


def test_where_nobody_reviews_goods_are_accepted_at_once(shelf: Shelf, sunny: Pusher) -> None:
    shelf.rule("listing.review_people", 0)
    shelf.put("NEW-1")
    outcome = sunny.outcome("shelf", sku="NEW-1", shelf="on_shelf")

    assert outcome["outcome"] == "accepted"
    assert told(sunny) == [("listing_accepted", "NEW-1")]


@pytest.fixture
def story(app: Flask, shelf: Shelf, own_database: Clone, tmp_path: Path) -> Iterator[Story]:
    with clock.frozen(clock.now()):
        yield Story(app, world=shelf.world, admin_url=own_database.admin, folder=tmp_path)


def test_an_order_is_told_of_when_the_unit_has_approved_it(story: Story, sunny: Pusher, moon: Pusher) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    before = told(sunny)
    story.act("approver", "approve", number)
    told(sunny)

    (message,) = sunny.messages()

    assert before == []
    assert (message["kind"], message["order"], message["sku"]) == ("order_placed", number, None)
    facts = message["facts"]
    assert (facts["unit"], facts["total_fen"]) == ("郑州市阳光中学", 21_500)
    assert facts["answer_by"] is not None
    assert facts["lines"] == [
        {
            "line_no": 1, "sku": "SKU-paper", "name": "得力 7402 A4复印纸 70g 500张", "unit": "包", "quantity": 10,
            "price_fen": 2150,
        }
    ]  # fmt: skip
    assert "张老师" not in str(message)
    assert moon.messages() == []


def test_an_order_cancelled_before_it_reached_the_supplier_is_not_told_of(story: Story, sunny: Pusher) -> None:
    number = story.place(story.wanted("paper", 1, "school_office"))
    story.act("handler", "cancel", number, reason="不需要了")

    assert told(sunny) == []


def test_a_cancellation_is_told_when_it_is_asked_for_and_when_it_is_agreed(story: Story, sunny: Pusher) -> None:
    number = story.place(story.wanted("paper", 1, "school_office"))
    story.act("approver", "approve", number)
    story.act("supplier", "confirm", number)
    story.act("handler", "request_cancellation", number, reason="项目取消了")
    story.act("supplier", "agree_cancellation", number)
    told(sunny)

    found = sunny.messages()

    assert [(one["kind"], one["order"]) for one in found] == [
        ("order_placed", number),
        ("order_cancellation_asked", number),
        ("order_cancelled", number),
    ]
    assert found[1]["facts"]["reason"] == "项目取消了"


def test_messages_come_again_until_they_are_acknowledged(shelf: Shelf, sunny: Pusher) -> None:
    for number in range(4):
        judge(shelf, f"listing:{submitted(shelf, f'NEW-{number}')}")
    told(sunny)

    first = sunny.got("/messages?limit=3")
    again = sunny.got("/messages?limit=3")
    rest = sunny.got("/messages?after=3")
    answer = sunny.call("POST", "/messages/ack", {"ids": [1, 3, 99]}).json
    repeated = sunny.call("POST", "/messages/ack", {"ids": [3, 1]}).json

    assert [message["id"] for message in first["items"]] == [1, 2, 3]
    assert first == again and first["more"] is True
    assert ([message["id"] for message in rest["items"]], rest["more"]) == ([4], False)
    assert answer == {"acknowledged": [1, 3], "already": [], "unknown": [99]}
    assert repeated == {"acknowledged": [], "already": [1, 3], "unknown": []}
    assert [message["id"] for message in sunny.messages()] == [2, 4]
    assert shelf.rows("select facts -> 'messages' from audit_record where action = 'push.acknowledge' order by id") == [
        ([1, 3],),
        ([],),
    ]


@pytest.mark.parametrize("ids", [[], ["1"], [0], [True], list(range(1, 502)), [2**63]], ids=lambda ids: repr(ids)[:20])
def test_ids_that_are_none_are_refused(sunny: Pusher, ids: list[object]) -> None:
    assert sunny.call("POST", "/messages/ack", {"ids": ids}).json["code"] == "request.invalid"


def test_nobody_reads_or_acknowledges_anothers_messages(shelf: Shelf, sunny: Pusher, moon: Pusher) -> None:
    judge(shelf, f"listing:{submitted(shelf)}")
    told(sunny)

    seen = moon.messages()
    answer = moon.call("POST", "/messages/ack", {"ids": [1]}).json

    assert seen == []
    assert answer == {"acknowledged": [], "already": [], "unknown": [1]}
    assert sunny.kinds() == [("listing_accepted", "NEW-1")]


def test_acknowledged_messages_go_after_their_days_and_others_stay(shelf: Shelf, sunny: Pusher) -> None:
    with clock.frozen(clock.now()):
        for number in range(2):
            judge(shelf, f"listing:{submitted(shelf, f'NEW-{number}')}")
        told(sunny)
        sunny.call("POST", "/messages/ack", {"ids": [2]})
        clock.advance_frozen(timedelta(days=30))
        purge_push()
        on_the_last_day = shelf.rows("select sequence_no from supplier_message order by 1")
        clock.advance_frozen(timedelta(seconds=1))
        purge_push()
        afterwards = shelf.rows("select sequence_no from supplier_message order by 1")
        judge(shelf, f"listing:{submitted(shelf, 'NEW-9')}")
        told(sunny)

    assert (on_the_last_day, afterwards) == ([(1,), (2,)], [(1,)])
    assert [message["id"] for message in sunny.messages()] == [1, 3], "a number that is gone is never given again"


def test_only_suppliers_with_a_good_key_are_written_to(shelf: Shelf, sunny: Pusher) -> None:
    retire_push_key(actor=shelf.actor("supplier"), key_id=sunny.key.id)
    judge(shelf, f"listing:{submitted(shelf)}")
    deliver_waiting(limit=10_000)

    assert shelf.rows("select count(*) from supplier_message") == [(0,)]
    assert shelf.rows("select count(*) from outbox_event where state <> 'done'") == [(0,)]


def test_a_decision_that_was_not_committed_is_never_told_of(shelf: Shelf, sunny: Pusher) -> None:
    listing_id = submitted(shelf)

    @atomic
    def broken_off() -> None:
        advance(locked_listing(listing_id), "reject", shelf.actor("centre"), facts={"reasons": ["duplicate"]})
        record(actor=SYSTEM, action="test.broken_off", subject="test")
        raise ConnectionError("the machine went away before the commit")

    with pytest.raises(ConnectionError):
        broken_off()

    assert told(sunny) == []
    assert shelf.state(listing_id) == "checked"


def test_a_worker_that_breaks_off_after_writing_tells_once(
    shelf: Shelf, sunny: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(shelf, f"listing:{submitted(shelf)}")
    broken = [True]

    def breaks_off(_event: Event) -> None:
        if broken.pop() if broken else False:
            raise ConnectionError("gone after the messages were written, before the event was done")

    with monkeypatch.context() as patch:
        patch.setitem(_subscribers, "listing.approve", [*_subscribers["listing.approve"], breaks_off])
        with clock.frozen(clock.now()):
            first = told(sunny)
        shelf.write("update outbox_event set next_try_at = now()")
        second = told(sunny)

    assert first == []
    assert second == [("listing_accepted", "NEW-1")]


def test_an_event_delivered_twice_is_told_once(shelf: Shelf, sunny: Pusher) -> None:
    judge(shelf, f"listing:{submitted(shelf)}")
    told(sunny)
    event_id, name, document, payload, happened_at = shelf.rows(
        "select id, name, document, payload, happened_at from outbox_event where name = 'listing.approve'"
    )[0]

    atomic(housekeeping="a delivery once more")(tell_of_listings)(Event(event_id, name, document, payload, happened_at))

    assert sunny.kinds() == [("listing_accepted", "NEW-1")]


def test_numbers_are_given_out_one_event_after_the_other(shelf: Shelf, sunny: Pusher) -> None:
    judge(shelf, f"listing:{submitted(shelf)}")
    worker = threading.Thread(target=deliver_waiting)
    with psycopg.connect(shelf.admin) as other:
        # Another worker is giving out this supplier's numbers: this one must wait, or a reader could pass one by.
        other.execute("select from supplier_mailbox where supplier_id = %s for update", (shelf.world.sunny_id,))
        worker.start()
        worker.join(timeout=0.5)
        is_waiting, meanwhile = worker.is_alive(), sunny.kinds()
    worker.join(timeout=10)

    assert (is_waiting, meanwhile) == (True, [])
    assert sunny.kinds() == [("listing_accepted", "NEW-1")]


def test_every_kind_is_told_by_some_event() -> None:
    assert set(KINDS) == {*OF_LISTINGS.values(), *OF_CHANGES.values(), *OF_ORDERS.values()}
