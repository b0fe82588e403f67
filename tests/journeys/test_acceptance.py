"""Side roads of acceptance: a second acceptor, disputes and their three ends, silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.jobs.sweep_deadlines import sweep_deadlines
from tests.journeys.story import Book, Story

PAPER = "A05040101"


def received_order(story: Story) -> str:
    """Ten packs of paper, 215.00, all received."""
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="receive")
    return number


def pieces(quantity: int) -> list[dict[str, int]]:
    return [{"line_no": 1, "quantity": quantity}]


def test_from_the_regions_amount_on_a_second_person_must_agree_before_money_is_owed(story: Story) -> None:
    """Eleven computers at 4,699.00 are 51,689.00; the second acceptor begins at 50,000.00."""
    number = story.place(story.wanted("computer", 11, "school_machines"))
    story.walk(number, until="receive")

    first = story.act("receiver", "accept", number)
    assert (first["state"], first["first_accepted"]) == ("received", {"1": 11})
    assert story.book("school_machines") == Book(available=44_831_100, committed=5_168_900)
    assert story.refused("receiver", "accept_second", number)["code"] == "access.denied"
    assert story.refused("receiver", "accept", number)["code"] == "accept.second_pending"

    assert story.act("acceptor", "accept_second", number)["state"] == "accepted"
    assert story.book("school_machines") == Book(available=44_831_100, accrued=5_168_900)


def test_below_the_amount_one_person_is_enough(story: Story) -> None:
    number = story.place(story.wanted("computer", 10, "school_machines"))

    assert story.walk(number, until="accept")["state"] == "accepted"
    assert story.book("school_machines") == Book(available=45_301_000, accrued=4_699_000)


def test_the_second_acceptor_cannot_be_the_first(story: Story) -> None:
    number = story.place(story.wanted("computer", 11, "school_machines"))
    story.walk(number, until="receive")

    assert story.refused("acceptor", "accept_second", number)["code"] == "accept.no_first"


def test_a_card_waits_for_every_accepted_piece_of_an_asset(story: Story) -> None:
    number = story.place(story.wanted("computer", 3, "school_machines"))
    story.walk(number, until="approve_payment")
    story.pay(number)
    story.act("handler", "rate", number, goods=4, delivery=4, service=4)

    assert story.order(number)["state"] == "paid"
    assert story.act("receiver", "register_asset", number)["state"] == "closed"
    assert story.refused("receiver", "register_asset", number)["code"] == "state.not_possible"


def test_disputed_pieces_come_again(story: Story) -> None:
    number = received_order(story)

    assert story.act("receiver", "dispute", number, lines=pieces(3), reason="受潮")["state"] == "disputed"
    assert story.order(number)["due_at"] is None
    story.act("supplier", "answer_dispute", number, answer="同意换货")
    settled = story.act("receiver", "settle_dispute", number, outcome="replace", decision="三日内换货")
    assert settled["state"] == "received"
    assert (settled["lines"][0]["shipped"], settled["lines"][0]["received"]) == (7, 7)
    assert story.book() == Book(available=9_978_500, committed=21_500)

    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number)
    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book() == Book(available=9_978_500, accrued=21_500)


def test_disputed_pieces_are_released_and_the_rest_is_accepted(story: Story) -> None:
    number = received_order(story)
    story.act("receiver", "dispute", number, lines=pieces(3), reason="受潮")

    settled = story.act("receiver", "settle_dispute", number, outcome="release")
    assert (settled["state"], settled["total_fen"]) == ("received", 15_050)
    assert story.book() == Book(available=9_984_950, committed=15_050)
    assert story.counted(PAPER) == 15_050

    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book() == Book(available=9_984_950, accrued=15_050)


@pytest.mark.parametrize("who", ["receiver", "centre"])
def test_releasing_the_last_open_pieces_completes_the_acceptance(story: Story, who: str) -> None:
    number = received_order(story)
    story.act("receiver", "accept", number, lines=pieces(7))
    assert story.book() == Book(available=9_978_500, committed=6_450, accrued=15_050)
    story.act("receiver", "dispute", number, lines=pieces(3), reason="受潮")

    settled = story.act(who, "settle_dispute", number, outcome="release", decision="退货")

    assert settled["state"] == "accepted"
    assert settled["payment_due_on"] is not None
    assert story.book() == Book(available=9_984_950, accrued=15_050)


def test_disputed_pieces_are_taken_as_delivered(story: Story) -> None:
    number = received_order(story)
    story.act("receiver", "dispute", number, lines=pieces(3), reason="颜色不符")

    assert story.act("centre", "settle_dispute", number, outcome="accept", decision="符合约定")["state"] == "received"
    assert story.book() == Book(available=9_978_500, committed=21_500)

    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book() == Book(available=9_978_500, accrued=21_500)


def test_a_dispute_over_everything_is_not_released_but_cancelled(story: Story) -> None:
    number = received_order(story)
    story.act("receiver", "dispute", number, reason="全部受潮")

    problem = story.refused("receiver", "settle_dispute", number, outcome="release")
    assert problem["code"] == "dispute.nothing_left"

    story.act("handler", "request_cancellation", number, reason="全部退货")
    assert story.act("supplier", "agree_cancellation", number)["state"] == "cancelled"
    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0


def test_an_order_of_which_a_part_was_accepted_is_not_cancelled(story: Story) -> None:
    number = received_order(story)
    story.act("receiver", "accept", number, lines=pieces(7))
    story.act("receiver", "dispute", number, lines=pieces(3), reason="受潮")
    story.act("handler", "request_cancellation", number, reason="全部退货")

    problem = story.refused("supplier", "agree_cancellation", number)

    assert problem["code"] == "order.partly_accepted"
    assert story.book() == Book(available=9_978_500, committed=6_450, accrued=15_050)


def test_the_supplier_does_not_settle_a_dispute(story: Story) -> None:
    number = received_order(story)
    story.act("receiver", "dispute", number, lines=pieces(3), reason="受潮")

    problem = story.refused("supplier", "settle_dispute", number, outcome="accept")

    assert problem["code"] == "access.denied"


def test_silence_for_seven_working_days_is_acceptance(story: Story) -> None:
    number = received_order(story)

    assert story.wait_until(story.order(number)["due_at"], then=timedelta(seconds=-1)) == 0
    assert story.book() == Book(available=9_978_500, committed=21_500)
    assert story.wait_until(story.order(number)["due_at"]) == 1

    order = story.order(number)
    assert order["state"] == "accepted"
    assert order["accepted_on"] is not None
    assert story.book() == Book(available=9_978_500, accrued=21_500)


def test_silence_accepts_only_what_was_received(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="sign")
    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("receiver", "receive", number)

    assert story.wait_until(story.order(number)["due_at"]) == 1
    assert story.order(number)["state"] == "received"
    assert story.book() == Book(available=9_978_500, committed=8_600, accrued=12_900)

    assert sweep_deadlines() == 0
    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number)
    assert story.wait_until(story.order(number)["due_at"]) == 1
    assert story.order(number)["state"] == "accepted"
    assert story.book() == Book(available=9_978_500, accrued=21_500)


def test_silence_of_the_second_acceptor_is_acceptance_too(story: Story) -> None:
    number = story.place(story.wanted("computer", 11, "school_machines"))
    story.walk(number, until="receive")
    story.act("receiver", "accept", number)

    assert story.wait_until(story.order(number)["due_at"]) == 1

    assert story.order(number)["state"] == "accepted"
    assert story.book("school_machines") == Book(available=44_831_100, accrued=5_168_900)


def test_an_open_dispute_stops_the_term(story: Story) -> None:
    number = received_order(story)
    story.act("receiver", "dispute", number, lines=pieces(3), reason="受潮")

    clock.advance_frozen(timedelta(days=60))

    assert sweep_deadlines() == 0
    assert story.order(number)["state"] == "disputed"
    assert story.book() == Book(available=9_978_500, committed=21_500)
