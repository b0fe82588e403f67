"""Who is told what when an order changes hands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mall.database import atomic, close_reading, session
from mall.finance.change_states import CHANGE_STATES
from mall.finance.payment_states import PAYMENT_STATES
from mall.finance.refund_states import REFUND_STATES
from mall.notices import notice_words
from mall.notices.notice import Notice, unread_count
from mall.notices.notice_words import NOTICE_WORDS, sentence
from mall.notices.send_notices import HAND_OVERS, send_notices
from mall.ordering.order_actions import perform
from mall.ordering.order_states import ORDER_STATES
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import Event
from mall.outbox.outbox_event import OutboxEvent
from tests.world import World


@pytest.fixture
def number(world: World) -> str:
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(listing_id=world.listings["paper"], quantity=10, budget_line_id=world.office_line)],
        delivery={"address": "教学楼"},
    )
    return placed["orders"][0]


def unread_of(world: World, username: str) -> list[str]:
    """Codes of the person's unread notices, oldest first."""
    close_reading()
    rows = session().query(Notice).filter_by(user_id=world.users[username], read_at=None).order_by(Notice.id)
    return [notice.code for notice in rows]


def test_the_approver_hears_of_a_submitted_order(world: World, number: str) -> None:
    deliver_waiting()

    assert unread_of(world, "approver") == ["approve_order"]
    assert unread_of(world, "approver2") == []
    assert unread_of(world, "handler") == []


def test_the_same_event_twice_is_one_notice(world: World, number: str) -> None:
    deliver_waiting()
    row = session().query(OutboxEvent).filter_by(name="order.submit").one()
    event = Event(id=row.id, name=row.name, document=row.document, payload=row.payload, happened_at=row.happened_at)

    atomic(housekeeping="delivery once more, as after a crash")(send_notices)(event)

    assert unread_of(world, "approver") == ["approve_order"]


def test_a_task_is_no_longer_unread_once_the_order_has_moved_on(world: World, number: str) -> None:
    deliver_waiting()

    perform("approve", actor=world.actor("approver"), number=number, body={})
    deliver_waiting()

    assert unread_of(world, "approver") == []
    assert unread_of(world, "supplier") == ["confirm_order"]
    assert unread_of(world, "supplier2") == []


def test_the_reason_of_a_return_stands_in_the_sentence(world: World, number: str) -> None:
    perform("return", actor=world.actor("approver"), number=number, body={"reason": "请并入下月采购"})
    deliver_waiting()

    notice = session().query(Notice).filter_by(user_id=world.users["handler"]).one()

    assert notice.code == "order_returned"
    assert "请并入下月采购" in sentence(notice.code, facts=notice.facts, language="zh")
    assert number in sentence(notice.code, facts=notice.facts, language="en")


def test_a_missing_fact_shows_as_a_dash() -> None:
    words = sentence("order_returned", facts={"number": "DD-1", "reason": ""}, language="zh")

    assert words == "订单 DD-1 被退回：—。请重新提交，或取消。"


def test_unread_count_counts_only_unread(world: World, number: str) -> None:
    deliver_waiting()
    close_reading()

    assert unread_count(world.users["approver"]) == 1
    assert unread_count(world.users["handler"]) == 0


def test_every_hand_over_names_a_known_step_and_has_its_words() -> None:
    tables = (ORDER_STATES, PAYMENT_STATES, CHANGE_STATES, REFUND_STATES)
    steps = {f"{table.document}.{action}" for table in tables for action in table.actions}
    # What comes into being, or to a document, without a step of its own.
    steps |= {"payment.request", "change.ask", "refund.claim", "order.invoice_part", "order.credit_note"}

    assert {hand_over.event for hand_over in HAND_OVERS} - steps == set()
    rooms = (Path(notice_words.__file__).parent, Path(notice_words.__file__).parents[2] / "supervision")
    senders = "".join(path.read_text(encoding="utf-8") for path in rooms[0].glob("send_*.py"))
    senders += "".join(path.read_text(encoding="utf-8") for path in rooms[1].rglob("*.py"))
    used = {hand_over.code for hand_over in HAND_OVERS} | set(re.findall(r'"([a-z_]+)"', senders))
    assert used >= set(NOTICE_WORDS)
