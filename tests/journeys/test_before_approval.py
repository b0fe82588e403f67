"""Side roads inside the unit: returned and submitted again, cancelled, endorsed before the leader approves."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import Clone
from tests.journeys.story import Book, Story

PAPER = "A05040101"


def test_a_returned_order_gives_its_money_back_and_takes_it_again_when_submitted_anew(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    assert story.counted(PAPER) == 21_500

    assert story.act("approver", "return", number, reason="请补充用途")["state"] == "returned"
    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0

    again = story.act("handler", "submit", number)
    assert (again["state"], again["round"]) == ("submitted", 2)
    assert story.book() == Book(available=9_978_500, reserved=21_500)
    assert story.counted(PAPER) == 21_500

    assert story.act("approver", "approve", number)["state"] == "approved"
    assert story.book() == Book(available=9_978_500, committed=21_500)


def test_an_order_may_be_returned_more_than_once(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))

    for _round in range(3):
        story.act("approver", "return", number, reason="请修改")
        story.act("handler", "submit", number)

    assert story.order(number)["round"] == 4
    assert story.book() == Book(available=9_978_500, reserved=21_500)
    assert story.counted(PAPER) == 21_500


def test_a_returned_order_is_judged_anew_when_it_is_submitted_again(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "return", number, reason="请修改")
    story.alter("update listing set price_fen = 2200 where id = %s", story.world.listings["paper"])

    problem = story.refused("handler", "submit", number)

    assert problem["code"] == "order.price_changed"
    assert (problem["facts"]["seen_price_fen"], problem["facts"]["price_fen"]) == (2_150, 2_200)
    assert story.book() == Book(available=10_000_000)


def test_the_handler_cancels_a_submitted_order_and_the_money_is_free_again(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))

    assert story.act("handler", "cancel", number, reason="不需要了")["state"] == "cancelled"

    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0
    assert story.refused("approver", "approve", number)["code"] == "state.not_possible"


def test_a_returned_order_can_be_given_up_without_a_second_release(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "return", number, reason="请修改")

    assert story.act("handler", "cancel", number, reason="不需要了")["state"] == "cancelled"

    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0


def test_an_approved_order_is_no_longer_the_handlers_to_cancel(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "approve", number)

    assert story.refused("handler", "cancel", number, reason="不需要了")["code"] == "state.not_possible"
    assert story.book() == Book(available=9_978_500, committed=21_500)


def test_from_the_regions_amount_on_the_approver_endorses_and_the_leader_approves(story: Story) -> None:
    """22 computers at 4,699.00 are 103,378.00; the second approval begins at 100,000.00."""
    number = story.place(story.wanted("computer", 22, "school_machines"))
    assert story.book("school_machines") == Book(available=39_662_200, reserved=10_337_800)

    assert story.act("approver", "approve", number)["state"] == "endorsed"
    assert story.book("school_machines") == Book(available=39_662_200, reserved=10_337_800)
    assert story.refused("approver", "approve", number)["code"] == "access.denied"

    assert story.act("leader", "approve", number, note="同意")["state"] == "approved"
    assert story.book("school_machines") == Book(available=39_662_200, committed=10_337_800)


def test_below_the_amount_the_leader_is_not_asked(story: Story) -> None:
    number = story.place(story.wanted("computer", 21, "school_machines"))

    assert story.refused("leader", "approve", number)["code"] == "access.denied"
    assert story.act("approver", "approve", number)["state"] == "approved"
    assert story.book("school_machines") == Book(available=40_132_100, committed=9_867_900)


def test_the_leader_returns_an_endorsed_order_and_it_needs_both_approvals_again(story: Story) -> None:
    number = story.place(story.wanted("computer", 22, "school_machines"))
    story.act("approver", "approve", number)

    assert story.act("leader", "return", number, reason="配置偏高")["state"] == "returned"
    assert story.book("school_machines") == Book(available=50_000_000)

    story.act("handler", "submit", number)
    assert story.act("approver", "approve", number)["state"] == "endorsed"
    assert story.act("leader", "approve", number)["state"] == "approved"
    assert story.book("school_machines") == Book(available=39_662_200, committed=10_337_800)


def test_the_handler_cancels_an_endorsed_order(story: Story) -> None:
    number = story.place(story.wanted("computer", 22, "school_machines"))
    story.act("approver", "approve", number)

    assert story.act("handler", "cancel", number, reason="项目推迟")["state"] == "cancelled"

    assert story.book("school_machines") == Book(available=50_000_000)
    assert story.counted("A02010105") == 0


@pytest.mark.parametrize("action", ["return", "cancel"])
def test_sending_back_and_giving_up_need_a_reason(story: Story, action: str) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    who = {"return": "approver", "cancel": "handler"}[action]

    assert story.refused(who, action, number, reason=" ")["code"] == "order.reason_needed"


def test_the_approver_is_reminded_once_when_the_term_passes_and_nothing_else_happens(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))

    acted = story.wait_until(story.order(number)["due_at"])

    assert acted == 1
    assert story.order(number)["state"] == "submitted"
    assert story.order(number)["due_at"] is None
    assert story.book() == Book(available=9_978_500, reserved=21_500)


def returned_order_of_two_lines(story: Story) -> str:
    """Ten packs of paper at 21.50 and two printers at 1,180.00, sent back to the handler."""
    number = story.place(
        story.wanted("paper", 10, "school_office"), story.wanted("printer", 2, "school_machines")
    )  # fmt: skip
    story.act("approver", "return", number, reason="打印机不必买")
    return number


def quantities(*given: tuple[int, int]) -> list[dict[str, int]]:
    return [{"line_no": line_no, "quantity": quantity} for line_no, quantity in given]


def test_a_line_is_dropped_from_a_returned_order_and_its_money_is_not_taken_again(story: Story) -> None:
    number = returned_order_of_two_lines(story)
    printer_line = next(line for line in story.order(number)["lines"] if line["amount_fen"] == 236_000)["line_no"]

    edited = story.act("handler", "edit", number, lines=quantities((printer_line, 0)))

    assert [line["amount_fen"] for line in edited["lines"]] == [21_500]
    assert edited["total_fen"] == 21_500
    assert story.act("handler", "submit", number)["state"] == "submitted"
    assert story.book() == Book(available=9_978_500, reserved=21_500)
    assert story.book("school_machines") == Book(available=50_000_000)
    assert (story.counted(PAPER), story.counted("A02021003")) == (21_500, 0)


def test_an_order_with_a_dropped_line_goes_its_whole_road(story: Story) -> None:
    number = returned_order_of_two_lines(story)
    paper_line = next(line for line in story.order(number)["lines"] if line["amount_fen"] == 21_500)["line_no"]
    story.act("handler", "edit", number, lines=quantities((paper_line, 0)))
    story.act("handler", "submit", number)

    assert story.walk(number, until="approve_payment")["state"] == "in_payment"
    story.pay(number)

    assert story.book() == Book(available=10_000_000)
    assert story.book("school_machines") == Book(available=49_764_000, paid=236_000)


def test_what_was_dropped_stands_in_the_history(story: Story) -> None:
    number = returned_order_of_two_lines(story)
    story.act("handler", "edit", number, lines=quantities((2, 0)))

    ((facts,),) = story.ask("select facts from document_step where action = 'edit'")

    assert [line["line_no"] for line in facts["dropped"]] == [2]
    assert {"name", "quantity", "price_fen", "budget_line_id"} <= facts["dropped"][0].keys()


def test_the_last_line_is_not_dropped(story: Story) -> None:
    number = returned_order_of_two_lines(story)

    problem = story.refused("handler", "edit", number, lines=quantities((1, 0), (2, 0)))

    assert (problem["status"], problem["code"]) == (409, "order.no_line_left")


def test_a_line_whose_goods_are_off_the_shelf_can_be_dropped(story: Story) -> None:
    number = returned_order_of_two_lines(story)
    story.alter("update listing set state = 'off_shelf' where id = %s", story.world.listings["printer"])
    assert story.refused("handler", "submit", number)["code"].startswith("listing.")
    printer_line = next(line for line in story.order(number)["lines"] if line["amount_fen"] == 236_000)["line_no"]

    story.act("handler", "edit", number, lines=quantities((printer_line, 0)))

    assert story.act("handler", "submit", number)["state"] == "submitted"


def test_an_edited_line_takes_todays_price_and_a_printer_gets_its_card_at_any_price(story: Story) -> None:
    number = story.place(story.wanted("printer", 2, "school_machines"))
    story.act("approver", "return", number, reason="数量改为一台")
    story.alter("update listing set price_fen = 90000 where id = %s", story.world.listings["printer"])

    edited = story.act("handler", "edit", number, lines=quantities((1, 1)))

    assert edited["total_fen"] == 90_000
    assert story.ask("select quantity, price_fen, contract_price_fen, is_asset from order_line") == [
        (1, 90_000, 90_000, True)
    ]


def test_the_database_itself_keeps_the_lines_of_an_order_that_is_not_returned(
    story: Story, own_database: Clone
) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"), story.wanted("printer", 1, "school_machines"))

    with (
        psycopg.connect(own_database.app, autocommit=True) as application,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        application.execute("delete from order_line")

    assert len(story.order(number)["lines"]) == 2
