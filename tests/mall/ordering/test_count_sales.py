"""Accepted pieces count as sold, once, however often the event is delivered."""

from __future__ import annotations

from datetime import UTC, datetime

from mall.catalogue.listing import Listing
from mall.database import atomic, session
from mall.ordering.count_sales_subscriber import count_sales
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.event import Event
from tests.world import PASSWORD, World

ROAD = (
    ("approver", "approve", {}),
    ("supplier", "confirm", {}),
    ("handler", "sign", {"password": PASSWORD}),
    ("supplier", "sign", {"password": PASSWORD}),
    ("supplier", "ship", {}),
    ("receiver", "receive", {}),
    ("receiver", "accept", {"lines": [{"line_no": 1, "quantity": 4}]}),
)


@atomic(housekeeping="the worker's delivery, as the test calls it")
def deliver(number: str) -> None:
    count_sales(Event(id=1, name="order.accept", document=f"order:{number}", payload={}, happened_at=datetime.now(UTC)))


def test_accepted_pieces_are_counted_once(world: World) -> None:
    number = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(world.listings["paper"], 10, world.lines["school_office"])],
    )["orders"][0]
    for username, action, body in ROAD:
        perform(action, actor=world.actor(username), number=number, body=body)

    deliver(number)
    deliver(number)

    assert session().get(Listing, world.listings["paper"]).sold_count == 4
    assert session().get(Listing, world.listings["paper2"]).sold_count == 0
