"""Side roads of the supplier's answer: decline, silence, a lower price, a cancellation both sides agree on."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from mall import clock
from mall.jobs.sweep_deadlines import sweep_deadlines
from tests.journeys.story import Book, Story
from tests.world import PASSWORD

PAPER = "A05040101"


def approved_order(story: Story) -> str:
    """Ten packs of paper, 215.00, approved."""
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "approve", number)
    return number


def silent_declines(story: Story) -> int:
    with psycopg.connect(story.admin_url) as connection:
        query = "select silent_declines from supplier where id = %s"
        return connection.execute(query, (story.world.sunny_id,)).fetchone()[0]


def test_a_declined_order_gives_the_commitment_back(story: Story) -> None:
    number = approved_order(story)

    assert story.act("supplier", "decline", number, reason="缺货")["state"] == "declined"

    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0
    assert silent_declines(story) == 0


def test_silence_declines_when_the_term_has_passed_and_is_counted(story: Story) -> None:
    number = approved_order(story)

    assert story.wait_until(story.order(number)["due_at"]) == 1

    order = story.order(number)
    assert (order["state"], order["due_at"]) == ("declined", None)
    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0
    assert silent_declines(story) == 1


def test_before_the_term_has_passed_silence_means_nothing(story: Story) -> None:
    number = approved_order(story)

    assert story.wait_until(story.order(number)["due_at"], then=timedelta(seconds=-1)) == 0

    assert story.order(number)["state"] == "approved"
    assert story.book() == Book(available=9_978_500, committed=21_500)


def test_looking_twice_declines_once(story: Story) -> None:
    number = approved_order(story)

    assert story.wait_until(story.order(number)["due_at"]) == 1
    assert sweep_deadlines() == 0

    assert silent_declines(story) == 1


def test_the_term_of_two_working_days_ends_with_the_second_day(story: Story) -> None:
    number = approved_order(story)

    due_at = story.order(number)["due_at"]

    days = (clock.local(clock.now()).date(), clock.local(clock.now().fromisoformat(due_at)).date())
    assert 2 <= (days[1] - days[0]).days <= 6
    assert clock.local(clock.now().fromisoformat(due_at)).strftime("%H:%M:%S") == "23:59:59"


def test_a_supplier_does_not_see_an_order_before_it_is_approved(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))

    assert story.refused("supplier", "confirm", number)["code"] == "order.unknown"


def test_a_lower_price_is_released_when_the_contract_is_signed(story: Story) -> None:
    """Ten packs at 21.50 are confirmed at 20.00 each."""
    number = approved_order(story)

    story.act("supplier", "confirm", number, lines=[{"line_no": 1, "price_fen": 2_000}])
    assert story.book() == Book(available=9_978_500, committed=21_500)

    assert story.sign(number)["total_fen"] == 20_000
    assert story.book() == Book(available=9_980_000, committed=20_000)
    assert story.counted(PAPER) == 20_000

    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number)
    story.act("receiver", "accept", number)
    assert story.book() == Book(available=9_980_000, accrued=20_000)


def test_a_higher_price_is_refused(story: Story) -> None:
    number = approved_order(story)

    problem = story.refused("supplier", "confirm", number, lines=[{"line_no": 1, "price_fen": 2_151}])

    assert problem["code"] == "order.price_only_falls"
    assert (problem["facts"]["price_fen"], problem["facts"]["ordered_price_fen"]) == (2_151, 2_150)


def test_a_wrong_password_signs_nothing(story: Story) -> None:
    number = approved_order(story)
    story.act("supplier", "confirm", number)

    assert story.refused("handler", "sign", number, password="falsch")["code"] == "sign.wrong_password"
    assert story.act("handler", "sign", number, password=PASSWORD)["state"] == "confirmed"
    assert story.refused("handler", "sign", number, password=PASSWORD)["code"] == "sign.already_signed"


def test_before_the_contract_a_cancellation_gives_the_whole_commitment_back(story: Story) -> None:
    number = approved_order(story)
    story.act("supplier", "confirm", number, lines=[{"line_no": 1, "price_fen": 2_000}])

    story.act("handler", "request_cancellation", number, reason="项目取消")
    assert story.book() == Book(available=9_978_500, committed=21_500)

    assert story.act("supplier", "agree_cancellation", number)["state"] == "cancelled"
    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0


def test_after_the_contract_a_cancellation_gives_back_what_the_contract_says(story: Story) -> None:
    number = approved_order(story)
    story.act("supplier", "confirm", number, lines=[{"line_no": 1, "price_fen": 2_000}])
    story.sign(number)

    assert story.act("handler", "request_cancellation", number, reason="项目取消")["state"] == "contracted"
    assert story.book() == Book(available=9_980_000, committed=20_000)

    assert story.act("supplier", "agree_cancellation", number)["state"] == "cancelled"
    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0


def test_nobody_agrees_to_a_cancellation_that_was_not_asked_for(story: Story) -> None:
    number = approved_order(story)
    story.act("supplier", "confirm", number)

    assert story.refused("supplier", "agree_cancellation", number)["code"] == "order.no_cancellation_requested"


def test_a_cancellation_is_asked_for_once(story: Story) -> None:
    number = approved_order(story)
    story.act("supplier", "confirm", number)
    story.act("handler", "request_cancellation", number, reason="项目取消")

    problem = story.refused("handler", "request_cancellation", number, reason="再次申请")

    assert problem["code"] == "order.cancellation_pending"


def test_shipped_goods_are_not_cancelled(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="ship")

    problem = story.refused("handler", "request_cancellation", number, reason="项目取消")

    assert problem["code"] == "state.not_possible"
