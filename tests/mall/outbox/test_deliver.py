"""Events are delivered at least once, in order per document; poison is parked and blocks only its own document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.outbox import event as outbox
from mall.outbox.deliver import MAX_TRIES, deliver_next, deliver_waiting, release_parked
from mall.outbox.event import Event, publish, subscribes
from mall.outbox.outbox_event import OutboxEvent
from tests.world import World


@pytest.fixture
def heard() -> Iterator[list[tuple[str, int]]]:
    """What a subscriber heard: (document, number); it fails for events that say so."""
    found: list[tuple[str, int]] = []

    @subscribes("test.happened")
    def hear(event: Event) -> None:
        if event.payload.get("poison"):
            raise RuntimeError("cannot digest this")
        found.append((event.document, event.payload["number"]))

    yield found
    outbox._subscribers.pop("test.happened")


@atomic
def happen(*happenings: tuple[str, int, bool]) -> None:
    for document, number, poison in happenings:
        publish("test.happened", document=document, payload={"number": number, "poison": poison})
    record(actor=SYSTEM, action="test.happen", subject="test")


@atomic(housekeeping="the test does not wait for the pause between tries")
def make_due() -> None:
    session().execute(text("update outbox_event set next_try_at = now() where state = 'waiting'"))


def test_events_arrive_in_the_order_they_happened(world: World, heard: list[tuple[str, int]]) -> None:
    happen(("a", 1, False), ("b", 2, False), ("a", 3, False))

    taken = deliver_waiting()

    assert taken == 3
    assert heard == [("a", 1), ("b", 2), ("a", 3)]
    assert deliver_next() is False


def test_a_rolled_back_deed_publishes_nothing(world: World, heard: list[tuple[str, int]]) -> None:
    @atomic
    def change_of_mind() -> None:
        publish("test.happened", document="a", payload={"number": 1})
        raise Refusal("order.empty")

    with pytest.raises(Refusal):
        change_of_mind()

    assert deliver_waiting() == 0


def test_poison_blocks_its_own_document_and_no_other(world: World, heard: list[tuple[str, int]]) -> None:
    happen(("a", 1, True), ("a", 2, False), ("b", 3, False))

    deliver_waiting(limit=10)

    assert heard == [("b", 3)]


def test_poison_is_parked_after_its_tries_and_goes_on_when_released(world: World, heard: list[tuple[str, int]]) -> None:
    happen(("a", 1, True), ("a", 2, False))
    for _ in range(MAX_TRIES):
        make_due()
        deliver_next()
    parked = session().scalars(select(OutboxEvent).where(OutboxEvent.state == "parked")).one()

    released = release_parked(event_id=parked.id)

    assert (parked.tries, parked.last_error) == (8, "RuntimeError: cannot digest this")
    assert released is True
    assert heard == []
