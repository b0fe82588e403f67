"""To-do lists along the road: asset cards may be registered from acceptance on, long before they are urgent."""

from __future__ import annotations

from mall import clock
from mall.database import close_reading
from mall.ordering.todo import todo_for
from mall.regions.working_days import working_days_after
from tests.journeys.story import Story


def todo(story: Story, who: str) -> dict[str, tuple[str, str, str]]:
    """{order: (action, last day in Shanghai, code of what follows)}"""
    try:
        return {
            item.order.number: (
                item.action,
                clock.local(item.due_at).date().isoformat() if item.due_at else "",
                item.consequence_code,
            )
            for item in todo_for(story.world.actor(who))
        }
    finally:
        close_reading()


def last_day_for_the_card() -> str:
    """Ten working days after 15 June, on which every story takes place."""
    return working_days_after(clock.today().replace(month=6, day=15), 10).isoformat()


def test_asset_cards_wait_for_receiver_and_accountant_from_acceptance_on(story: Story) -> None:
    number = story.place(story.wanted("printer", 2, "school_machines"))
    story.walk(number, until="receive")
    assert todo(story, "receiver")[number][0] == "accept"
    assert number not in todo(story, "accountant")

    story.act("receiver", "accept", number)

    waits = ("register_asset", last_day_for_the_card(), "asset_unregistered")
    assert todo(story, "receiver") == {number: waits}
    assert todo(story, "accountant") == {number: waits}


def test_money_comes_before_the_card_for_the_accountant_and_the_card_waits_on(story: Story) -> None:
    number = story.place(story.wanted("printer", 2, "school_machines"))

    story.walk(number, until="invoice")
    assert todo(story, "accountant")[number][0] == "request_payment"
    assert todo(story, "receiver")[number][0] == "register_asset"

    story.act("accountant", "request_payment", number)
    assert todo(story, "accountant")[number][0] == "register_asset"
    story.act("finance", "approve_payment", number)
    assert todo(story, "accountant")[number][0] == "register_asset"
    story.pay(number)
    assert todo(story, "receiver")[number] == ("register_asset", last_day_for_the_card(), "asset_unregistered")

    story.act("receiver", "register_asset", number)
    assert todo(story, "receiver") == {}
    assert todo(story, "accountant") == {}


def test_what_needs_no_card_waits_for_nobodys_card(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")

    assert todo(story, "receiver") == {}
    assert todo(story, "accountant") == {}
    assert todo(story, "supplier")[number][0] == "invoice"
