"""Two approvers decide on one order at the same moment: one wins, and the other hears that it is decided."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from mall.database import close_reading
from mall.errors import Refusal
from mall.ordering import order_action
from mall.ordering.order import Order, order_numbered
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from mall.ordering.visible_orders import visible_order
from tests.concurrency.crowd import Answer, Mall, at_once, counted, new_line

APPROVERS = ("approver", "acceptor")


@pytest.fixture
def two_approvers(mall: Mall) -> Mall:
    """The school's second acceptor approves orders, too."""
    mall.alter(
        "insert into user_post (user_id, organisation_id, role, granted_at) values (%s, %s, 'approver', now())"
        " on conflict do nothing",
        mall.world.users["acceptor"], mall.world.school_id,
    )  # fmt: skip
    return mall


def submitted_order(mall: Mall) -> tuple[str, int]:
    """(number, line) of ten packs of paper, 215.00."""
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=100_000)
    placed = place_order(
        actor=mall.world.actor("handler"),
        unit_id=mall.world.school_id,
        wanted=[Wanted(listing_id=mall.world.listings["paper"], quantity=10, budget_line_id=line_id)],
    )
    return placed["orders"][0], line_id


def decide_at_once(mall: Mall, number: str, decisions: tuple[tuple[str, str, dict[str, Any]], ...]) -> list[Answer]:
    """Everybody sends a decision at the same moment."""
    for who, _action, _body in decisions:
        mall.token(who)

    def decide(person: int) -> Answer:
        who, action, body = decisions[person]
        caller = mall.caller(who)
        try:
            return caller.post(f"/orders/{number}/{action}", body)
        finally:
            caller.close()

    return at_once(decide, people=len(decisions))


def approvals(mall: Mall, number: str) -> int:
    query = "select count(*) from document_step where document = %s and action = 'approve'"
    return mall.one(query, f"order:{number}")


def test_of_two_approvers_at_once_one_wins(two_approvers: Mall) -> None:
    for _round in range(6):
        number, line_id = submitted_order(two_approvers)

        given = decide_at_once(two_approvers, number, tuple((who, "approve", {}) for who in APPROVERS))

        assert counted(given) == {"accepted": 1, "state.not_possible": 1}
        assert approvals(two_approvers, number) == 1
        assert two_approvers.book(line_id) == (78_500, 0)


def test_of_approval_and_return_at_once_one_wins_and_the_book_follows_the_winner(two_approvers: Mall) -> None:
    for _round in range(6):
        number, line_id = submitted_order(two_approvers)

        given = decide_at_once(
            two_approvers, number, (("approver", "approve", {}), ("acceptor", "return", {"reason": "请修改"}))
        )

        assert counted(given) == {"accepted": 1, "state.not_possible": 1}
        won = {"approved": (78_500, 0), "returned": (100_000, 0)}
        state = two_approvers.one("select state from purchase_order where number = %s", number)
        assert two_approvers.book(line_id) == won[state]


def test_control_without_the_row_lock_both_approvers_win(two_approvers: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the same step on a row that was read without FOR UPDATE is taken twice."""
    number, _line_id = submitted_order(two_approvers)
    both_have_read = threading.Barrier(2)

    def read_without_lock(actor: Any, number: str) -> Order:
        visible_order(actor, number)
        order = order_numbered(number, lock=False)
        both_have_read.wait(timeout=30)
        return order

    monkeypatch.setattr(order_action, "locked_order", read_without_lock)
    actors = [two_approvers.world.actor(who) for who in APPROVERS]

    outcomes = at_once(lambda person: _approve(actors[person], number), people=2)

    assert Counter(outcomes) == {"accepted": 2}
    assert approvals(two_approvers, number) == 2


def test_with_the_row_lock_the_same_two_threads_have_one_winner(two_approvers: Mall) -> None:
    """The control's control: nothing but the lock is different."""
    number, _line_id = submitted_order(two_approvers)
    actors = [two_approvers.world.actor(who) for who in APPROVERS]

    outcomes = at_once(lambda person: _approve(actors[person], number), people=2)

    assert Counter(outcomes) == {"accepted": 1, "state.not_possible": 1}
    assert approvals(two_approvers, number) == 1


def _approve(actor: Any, number: str) -> str:
    try:
        perform("approve", actor=actor, number=number)
    except Refusal as refusal:
        return refusal.code
    finally:
        close_reading()
    return "accepted"
