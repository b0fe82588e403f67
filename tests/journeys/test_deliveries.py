"""Side roads of delivery: in parts, short, refused at the door and shipped again."""

from __future__ import annotations

from tests.journeys.story import Book, Story

PAPER = "A05040101"


def contracted_order(story: Story) -> str:
    """Ten packs of paper, 215.00, with a contract."""
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="sign")
    return number


def pieces(quantity: int) -> list[dict[str, int]]:
    return [{"line_no": 1, "quantity": quantity}]


def test_goods_come_in_two_parts_and_each_accepted_part_is_owed(story: Story) -> None:
    number = contracted_order(story)

    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("receiver", "receive", number)
    assert story.act("receiver", "accept", number)["state"] == "received"
    assert story.book() == Book(available=9_978_500, committed=8_600, accrued=12_900)

    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number)
    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book() == Book(available=9_978_500, accrued=21_500)

    sheets = [paper["amount_fen"] for paper in story.order(number)["documents"] if paper["kind"] == "acceptance"]
    assert sheets == [12_900, 8_600]


def test_an_order_in_parts_is_invoiced_and_paid_as_one(story: Story) -> None:
    number = contracted_order(story)
    for quantity in (6, 4):
        story.act("supplier", "ship", number, lines=pieces(quantity))
        story.act("receiver", "receive", number)
        story.act("receiver", "accept", number)

    story.act("supplier", "invoice", number, **story.invoice_of(number))
    story.act("accountant", "request_payment", number)
    story.act("finance", "approve_payment", number)
    story.pay(number)

    assert story.order(number)["state"] == "paid"
    assert story.book() == Book(available=9_978_500, paid=21_500)


def test_two_shipments_may_be_received_and_accepted_together(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(3))
    story.act("supplier", "ship", number, lines=pieces(7))

    story.act("receiver", "receive", number)
    story.act("receiver", "accept", number, lines=pieces(4))

    assert story.book() == Book(available=9_978_500, committed=12_900, accrued=8_600)
    line = story.order(number)["lines"][0]
    assert (line["shipped"], line["received"], line["accepted"]) == (10, 10, 4)


def test_more_than_is_owed_is_neither_shipped_nor_received_nor_accepted(story: Story) -> None:
    number = contracted_order(story)

    assert story.refused("supplier", "ship", number, lines=pieces(11))["code"] == "ship.too_many"
    story.act("supplier", "ship", number, lines=pieces(6))
    assert story.refused("supplier", "ship", number, lines=pieces(5))["code"] == "ship.too_many"
    assert story.refused("receiver", "receive", number, lines=pieces(7))["code"] == "receive.too_many"
    story.act("receiver", "receive", number, lines=pieces(5))
    problem = story.refused("receiver", "accept", number, lines=pieces(6))

    assert problem["code"] == "accept.too_many"
    assert (problem["facts"]["quantity"], problem["facts"]["most"]) == (6, 5)


def test_a_short_delivery_is_released_as_soon_as_both_sides_agree(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("receiver", "receive", number)

    story.act("handler", "request_short", number, lines=pieces(4), reason="厂家停产")
    assert story.book() == Book(available=9_978_500, committed=21_500)

    short = story.act("supplier", "agree_short", number)
    assert (short["state"], short["total_fen"]) == ("received", 12_900)
    assert story.book() == Book(available=9_987_100, committed=12_900)
    assert story.counted(PAPER) == 12_900

    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book() == Book(available=9_987_100, accrued=12_900)


def test_a_short_delivery_is_paid_for_what_came(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("receiver", "receive", number)
    story.act("handler", "request_short", number, lines=pieces(4), reason="厂家停产")
    story.act("supplier", "agree_short", number)
    story.act("receiver", "accept", number)

    whole = story.invoice_of(number) | {"amount_fen": 21_500}
    assert story.refused("supplier", "invoice", number, **whole)["code"] == "invoice.not_matching"
    story.act("supplier", "invoice", number, **story.invoice_of(number))
    story.act("accountant", "request_payment", number)
    story.act("finance", "approve_payment", number)
    story.pay(number)

    assert story.book() == Book(available=9_987_100, paid=12_900)


def test_when_the_rest_falls_away_after_acceptance_the_acceptance_is_complete(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("receiver", "receive", number)
    story.act("receiver", "accept", number)
    assert story.book() == Book(available=9_978_500, committed=8_600, accrued=12_900)

    story.act("handler", "request_short", number, reason="厂家停产")
    order = story.act("supplier", "agree_short", number)

    assert order["state"] == "accepted"
    assert order["accepted_on"] is not None
    assert order["payment_due_on"] is not None
    assert story.book() == Book(available=9_987_100, accrued=12_900)


def test_pieces_fall_away_more_than_once(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(5))
    for quantity in (2, 1):
        story.act("handler", "request_short", number, lines=pieces(quantity), reason="缺货")
        story.act("supplier", "agree_short", number)

    assert story.book() == Book(available=9_984_950, committed=15_050)
    assert story.counted(PAPER) == 15_050
    assert story.order(number)["lines"][0]["released"] == 3


def test_the_supplier_alone_cannot_make_a_delivery_short(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))

    assert story.refused("supplier", "agree_short", number)["code"] == "short.not_requested"
    assert story.refused("supplier", "request_short", number, reason="缺货")["code"] == "access.denied"


def test_what_was_shipped_in_the_meantime_does_not_fall_away(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("handler", "request_short", number, lines=pieces(4), reason="缺货")
    story.act("supplier", "ship", number, lines=pieces(1))

    problem = story.refused("supplier", "agree_short", number)

    assert problem["code"] == "short.too_many"
    assert story.book() == Book(available=9_978_500, committed=21_500)


def test_a_delivery_refused_at_the_door_is_shipped_again(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number)

    refused = story.act("receiver", "refuse", number, reason="外包装破损")
    assert refused["state"] == "refused"
    assert refused["lines"][0]["shipped"] == 0
    assert story.book() == Book(available=9_978_500, committed=21_500)

    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number)
    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book() == Book(available=9_978_500, accrued=21_500)


def test_after_a_refusal_at_the_door_both_sides_may_cancel(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number)
    story.act("receiver", "refuse", number, reason="型号不符")

    story.act("handler", "request_cancellation", number, reason="型号不符")
    assert story.act("supplier", "agree_cancellation", number)["state"] == "cancelled"

    assert story.book() == Book(available=10_000_000)
    assert story.counted(PAPER) == 0


def test_only_the_named_receiver_takes_the_goods_in(story: Story) -> None:
    story.alter(
        "insert into user_post (user_id, organisation_id, role, granted_at) values (%s, %s, 'receiver', now())",
        story.world.users["acceptor"], story.world.school_id,
    )  # fmt: skip
    number = story.place(story.wanted("paper", 10, "school_office"), named_receiver_id=story.world.users["receiver"])
    story.walk(number, until="ship")

    assert story.refused("acceptor", "receive", number)["code"] == "receive.other_person"
    story.act("receiver", "receive", number)
    assert story.refused("acceptor", "accept", number)["code"] == "receive.other_person"
    assert story.refused("acceptor", "dispute", number, reason="数量不对")["code"] == "receive.other_person"
    assert story.act("receiver", "accept", number)["state"] == "accepted"


def test_a_later_part_is_refused_at_the_door_and_the_accepted_part_stays_owed(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("receiver", "receive", number)
    story.act("receiver", "accept", number)
    story.act("supplier", "ship", number)

    order = story.act("receiver", "refuse", number, reason="第二批受潮")

    line = order["lines"][0]
    assert order["state"] == "received"
    assert (line["shipped"], line["received"], line["accepted"]) == (6, 6, 6)
    assert story.book() == Book(available=9_978_500, committed=8_600, accrued=12_900)

    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number)
    assert story.act("receiver", "accept", number)["state"] == "accepted"
    assert story.book() == Book(available=9_978_500, accrued=21_500)


def test_a_refused_later_part_may_fall_away_instead_of_coming_again(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    story.act("receiver", "receive", number)
    story.act("receiver", "accept", number)
    story.act("supplier", "ship", number)
    story.act("receiver", "refuse", number, reason="第二批受潮")

    story.act("handler", "request_short", number, reason="不再补发")
    order = story.act("supplier", "agree_short", number)

    assert (order["state"], order["total_fen"]) == ("accepted", 12_900)
    assert story.book() == Book(available=9_987_100, accrued=12_900)
    assert story.counted(PAPER) == 12_900


def test_some_pieces_of_a_first_delivery_are_refused_and_the_others_received(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number)

    order = story.act("receiver", "refuse", number, lines=pieces(4), reason="四包破损")
    assert (order["state"], order["lines"][0]["shipped"]) == ("shipped", 6)
    order = story.act("receiver", "receive", number)
    assert (order["state"], order["lines"][0]["received"]) == ("received", 6)

    story.act("receiver", "accept", number)
    assert story.book() == Book(available=9_978_500, committed=8_600, accrued=12_900)


def test_the_rest_of_a_delivery_refused_in_two_goes_is_a_refused_delivery(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number)
    story.act("receiver", "refuse", number, lines=pieces(4), reason="四包破损")

    order = story.act("receiver", "refuse", number, reason="其余也破损")

    assert (order["state"], order["lines"][0]["shipped"]) == ("refused", 0)
    assert story.ask("select quantities from delivery_note where kind = 'refusal' order by id") == [
        ({"1": 4},),
        ({"1": 6},),
    ]


def test_no_more_than_stands_at_the_door_is_refused_and_nothing_where_nothing_stands(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    problem = story.refused("receiver", "refuse", number, lines=pieces(7), reason="破损")
    story.act("receiver", "receive", number)

    assert (problem["code"], problem["facts"]["most"]) == ("refuse.too_many", 6)
    assert story.refused("receiver", "refuse", number, reason="破损")["code"] == "refuse.too_many"
    assert "refuse" not in story.order(number, who="receiver")["actions"]


def test_a_refused_part_does_not_move_the_term_of_what_was_received(story: Story) -> None:
    number = contracted_order(story)
    story.act("supplier", "ship", number, lines=pieces(6))
    due_at = story.act("receiver", "receive", number)["due_at"]
    story.act("supplier", "ship", number)
    assert "refuse" in story.order(number, who="receiver")["actions"]

    assert story.act("receiver", "refuse", number, reason="第二批受潮")["due_at"] == due_at

    story.wait_until(due_at)
    assert story.order(number)["lines"][0]["accepted"] == 6
    assert story.order(number)["state"] == "received"
    assert story.book() == Book(available=9_978_500, committed=8_600, accrued=12_900)
