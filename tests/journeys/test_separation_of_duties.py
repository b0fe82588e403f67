"""Two duties of one order are two people, even when one person holds every post of the unit."""

from __future__ import annotations

import psycopg
import pytest

from mall.access.separate_people import SEPARATE_PEOPLE
from tests.journeys.story import Book, Story
from tests.world import PASSWORD

POSTS = ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance")

#: the road of an order above every second signature: who carries which duty by which action
DUTIES = (
    ("approver", "approve"),
    ("leader", "approve"),
    ("supplier", "confirm"),
    ("handler", "sign"),
    ("supplier", "sign"),
    ("supplier", "ship"),
    ("receiver", "receive"),
    ("receiver", "accept"),
    ("acceptor", "accept_second"),
    ("supplier", "invoice"),
    ("accountant", "request_payment"),
    ("finance", "approve_payment"),
)

#: (who carried the first duty, the second duty she tries)
PAIRS = {
    ("handler", "approver"), ("handler", "leader"), ("handler", "receiver"), ("handler", "acceptor"),
    ("handler", "accountant"), ("handler", "finance"),
    ("approver", "leader"), ("approver", "receiver"), ("approver", "acceptor"), ("approver", "accountant"),
    ("approver", "finance"),
    ("leader", "receiver"), ("leader", "acceptor"), ("leader", "accountant"), ("leader", "finance"),
    ("receiver", "acceptor"), ("receiver", "accountant"), ("receiver", "finance"),
    ("acceptor", "accountant"), ("acceptor", "finance"),
    ("accountant", "finance"),
}  # fmt: skip


def give_every_post_to_everybody(story: Story) -> None:
    """Seven people, each with all seven posts of the school."""
    for who in POSTS:
        for role in POSTS:
            story.alter(
                "insert into user_post (user_id, organisation_id, role, granted_at) values (%s, %s, %s, now())"
                " on conflict do nothing",
                story.world.users[who], story.world.school_id, role,
            )  # fmt: skip


def test_whoever_carried_one_duty_is_refused_every_other(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = story.place(story.wanted("computer", 22, "school_machines"))
    carried = ["handler"]
    refused = set()

    for duty, action in DUTIES:
        body = {"password": PASSWORD} if action == "sign" else {}
        if action == "invoice":
            body = story.invoice_of(number)
        for who in [one for one in carried if duty not in (one, "supplier", "handler")]:
            problem = story.refused(who, action, number, **body)
            assert (problem["status"], problem["code"]) == (409, "access.same_person"), (who, duty)
            refused.add((who, duty))
        story.act(duty, action, number, **body)
        carried += [] if duty in (*carried, "supplier") else [duty]

    assert refused == PAIRS
    assert story.order(number)["state"] == "in_payment"
    assert story.book("school_machines") == Book(available=39_662_200, in_payment=10_337_800)


def test_the_same_people_may_carry_other_duties_in_another_order(story: Story) -> None:
    """The control: it is the order that separates them, not the posts."""
    give_every_post_to_everybody(story)

    number = story.place(story.wanted("paper", 10, "school_office"), who="finance")

    assert story.act("receiver", "approve", number)["state"] == "approved"
    assert story.refused("finance", "approve", number)["code"] == "state.not_possible"
    story.act("supplier", "confirm", number)
    assert story.refused("handler", "sign", number, password=PASSWORD)["code"] == "access.denied"


def test_an_order_is_not_sent_back_by_the_one_who_drew_it_up(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = story.place(story.wanted("paper", 10, "school_office"))

    assert story.refused("handler", "return", number, reason="自己退回")["code"] == "access.same_person"


def test_the_handler_is_not_named_as_receiver(story: Story) -> None:
    give_every_post_to_everybody(story)

    answer = story.ask_for(story.wanted("paper", 10, "school_office"), named_receiver_id=story.world.users["handler"])

    assert answer.json["code"] == "order.bad_receiver"


def test_the_list_of_pairs_is_what_was_agreed_and_every_pair_has_its_reason() -> None:
    found = {(one.removesuffix("_id"), other.removesuffix("_id")) for one, other in SEPARATE_PEOPLE}

    assert found == PAIRS
    assert len(PAIRS) == 21
    assert all(why.startswith(("who ", "two ")) for why in SEPARATE_PEOPLE.values())


@pytest.mark.parametrize(("one", "other"), sorted(PAIRS))
def test_the_database_itself_holds_the_people_of_one_order_apart(story: Story, one: str, other: str) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    someone, somebody_else = story.world.users["centre"], story.world.users["regulator"]

    with pytest.raises(psycopg.errors.CheckViolation, match="separate_people"):
        story.alter(
            f"update purchase_order set {one}_id = %s, {other}_id = %s where number = %s", someone, someone, number
        )
    story.alter(
        f"update purchase_order set {one}_id = %s, {other}_id = %s where number = %s", someone, somebody_else, number
    )


def test_whoever_received_an_earlier_part_is_neither_second_acceptor_nor_accountant(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = contracted_computers(story)
    story.act("supplier", "ship", number)

    story.act("receiver", "receive", number, lines=pieces(10))
    story.act("acceptor", "receive", number, lines=pieces(12))
    story.act("acceptor", "accept", number)

    assert story.refused("receiver", "accept_second", number)["code"] == "access.same_person"
    story.act("finance", "accept_second", number)
    story.act("supplier", "invoice", number, **story.invoice_of(number))
    assert story.refused("receiver", "request_payment", number)["code"] == "access.same_person"
    assert story.refused("acceptor", "request_payment", number)["code"] == "access.same_person"
    story.act("accountant", "request_payment", number)


def test_whoever_found_the_goods_good_does_not_agree_with_herself(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = contracted_computers(story)
    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number)

    story.act("acceptor", "accept", number)

    assert story.refused("acceptor", "accept_second", number)["code"] == "access.same_person"


def test_the_sheet_names_who_found_the_goods_good_and_who_agreed(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = contracted_computers(story)
    story.act("supplier", "ship", number)
    story.act("receiver", "receive", number, lines=pieces(10))
    story.act("receiver", "accept", number)

    story.act("finance", "receive", number)
    story.act("acceptor", "accept_second", number)

    assert story.ask("select receiver_id, receiver_name, acceptor_id from acceptance") == [
        (story.world.users["receiver"], "测试receiver", story.world.users["acceptor"])
    ]


def test_whoever_approved_the_last_round_carries_no_duty_of_the_next(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = story.place(story.wanted("computer", 22, "school_machines"))
    story.act("approver", "approve", number)
    story.act("leader", "return", number, reason="换个型号")
    story.act("handler", "submit", number)
    story.act("finance", "approve", number)

    problem = story.refused("approver", "approve", number)

    assert problem["code"] == "access.same_person"


def test_whoever_bought_does_not_write_the_asset_card(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = story.place(story.wanted("printer", 2, "school_machines"))
    story.walk(number, until="accept")

    for who in ("handler", "approver"):
        assert story.refused(who, "register_asset", number)["code"] == "access.same_person"


def test_whoever_asked_for_a_payment_before_does_not_release_the_next_one(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="request_payment")
    story.act("finance", "return_payment", number, reason="账号有误")

    assert story.refused("finance", "request_payment", number)["code"] == "access.same_person"
    story.act("acceptor", "request_payment", number)

    assert story.refused("accountant", "approve_payment", number)["code"] == "access.same_person"
    assert story.act("finance", "approve_payment", number)["state"] == "in_payment"


def test_the_receiver_who_is_named_on_the_order_carries_no_duty_before(story: Story) -> None:
    give_every_post_to_everybody(story)
    number = story.place(story.wanted("paper", 10, "school_office"), named_receiver_id=story.world.users["receiver"])

    assert story.refused("receiver", "approve", number)["code"] == "access.same_person"
    assert story.act("approver", "approve", number)["state"] == "approved"


def contracted_computers(story: Story) -> str:
    """22 computers, above every second signature, with a contract."""
    number = story.place(story.wanted("computer", 22, "school_machines"))
    story.act("approver", "approve", number)
    story.act("leader", "approve", number)
    story.act("supplier", "confirm", number)
    story.sign(number)
    return number


def pieces(quantity: int) -> list[dict[str, int]]:
    return [{"line_no": 1, "quantity": quantity}]
