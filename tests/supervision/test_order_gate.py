"""Rules at order time: what they may tell whom, what the order keeps, and that a hit can be judged again from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mall import clock
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.ordering.order import order_numbered
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import Event
from supervision.deed_facts import ORDER_FACTS
from supervision.finding import Finding
from supervision.gather_order import known_order_facts
from supervision.order_gate import forget_known, keep_what_was_noted
from supervision.rule_shelf import rules_at
from supervision.rules import splitting_below_comparison, splitting_statutory
from supervision.values import Values
from tests.supervision.test_sweep import decide, findings, order_computers
from tests.world import World

RULE = splitting_statutory.RULE

#: facts that nobody tells the mall yet: the rules that need them say "not computable"
NOT_TOLD_YET = {
    "is_import": "no listing says so in a way that could be trusted",
    "replaces_day": "orders do not name the asset they replace",
    "registration_state": "the register of enterprises is not connected",
    "address_key": "keys are made where the secret is: in the nightly export",
    "address_is_exempt": "no list of shared addresses is kept",
    "quantity_high": "computed by the nightly sweep, not written back",
    "quantity_line_count": "computed by the nightly sweep, not written back",
    "needs_plan": "held by the mall itself when payment is asked for",
    "plan_granted_fen": "held by the mall itself when payment is asked for",
    "plan_used_fen": "held by the mall itself when payment is asked for",
    "plan_charged_fen": "held by the mall itself when payment is asked for",
}


@pytest.fixture(autouse=True)
def gate(app: Flask) -> Iterator[None]:
    forget_known()
    yield
    forget_known()


def test_every_fact_is_gathered_or_said_not_to_be_known() -> None:
    needed = {name for rule in rules_at("order") for name in rule.needs}

    assert needed - known_order_facts() - set(NOT_TOLD_YET) == set()
    assert known_order_facts() & set(NOT_TOLD_YET) == set()
    assert known_order_facts() <= set(ORDER_FACTS)


def test_a_rule_of_law_asks_for_a_reason_and_keeps_the_finding(world: World) -> None:
    decide(world, "limit_fen", 900_000)
    order_computers(world)
    with pytest.raises(Refusal) as refused:
        order_computers(world, reason="")

    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(world.listings["computer"], 1, world.lines["school_machines"])],
        excess_reason="新增教学班，已报批",
    )
    order = order_numbered(placed["orders"][0])
    deliver_waiting(limit=100)

    assert refused.value.code == "order.excess_reason_needed"
    assert "watch.order_held" in [one["code"] for one in refused.value.facts["others"]]
    (found,) = [one for one in findings() if one.rule_id == RULE.id]
    assert (found.document, found.standing, found.stage) == (order.number, "hold", "order")
    assert found.evidence["total_fen"] == 939_800
    assert found.parameters["limit_fen"] == 900_000
    # Judged again from what was kept, without today's tables.
    assert RULE.check is not None
    again = RULE.check(found.evidence["given"], Values(found.parameters))
    assert (again.outcome, again.facts["total_fen"]) == ("hit", 939_800)
    close_reading()


def test_an_event_delivered_twice_keeps_one_finding(world: World) -> None:
    decide(world, "limit_fen", 900_000)
    order_computers(world)
    place_order(
        actor=world.actor("handler"), unit_id=world.school_id, excess_reason="新增教学班",
        wanted=[Wanted(world.listings["computer"], 1, world.lines["school_machines"])],
    )  # fmt: skip
    deliver_waiting(limit=100)
    before = [(one.id, one.found_at) for one in findings()]

    with session() as reading:
        numbers = reading.scalars(select(Finding.document).where(Finding.rule_id == RULE.id)).all()
    keep_again(numbers[0])

    assert [(one.id, one.found_at) for one in findings()] == before


def keep_again(number: str) -> None:
    keep_what_was_noted(Event(1, "order.submit", f"order:{number}", {}, clock.now()))


def test_a_rule_in_shadow_tells_the_buyer_nothing(world: World) -> None:
    shadow = [rule.id for rule in rules_at("order") if not rule.legal_basis]

    number = order_computers(world)

    told = {
        one["facts"]["rule_id"] for one in order_numbered(number).judged_by["warnings"] if "rule_id" in one["facts"]
    }
    assert shadow
    assert told.isdisjoint(shadow)
    close_reading()


def test_a_rule_that_is_off_says_nothing(world: World) -> None:
    decide(world, "limit_fen", 900_000)
    decide(world, "", 0)
    order_computers(world)

    number = order_computers(world)

    noted = order_numbered(number).judged_by.get("noted", [])
    assert RULE.id not in {one["rule"] for one in noted}
    close_reading()


@pytest.mark.parametrize("window_days, together_fen", [(6, 939_800), (5, None)])
def test_earlier_orders_count_as_far_back_as_the_rule_says_there(
    world: World, window_days: int, together_fen: int | None
) -> None:
    rule = splitting_below_comparison.RULE
    decide(world, "limit_fen", 900_000, rule=rule)
    decide(world, "window_days", window_days, rule=rule)
    with clock.frozen(datetime(clock.today().year, 6, 10, 2, tzinfo=UTC)):
        order_computers(world)
        clock.advance_frozen(timedelta(days=5))

        number = order_computers(world)

    noted = [one for one in order_numbered(number).judged_by.get("noted", []) if one["rule"] == rule.id]
    assert [one["facts"]["total_fen"] for one in noted] == ([together_fen] if together_fen else [])
    close_reading()
