"""Random walks over the real use-cases: after every few steps the books are sound and say what the orders say."""

from __future__ import annotations

import os
import random
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest
from flask import Flask

from mall import clock
from mall.documents.state_table import StateTable
from mall.finance.change_states import CHANGE_STATES
from mall.finance.payment_states import PAYMENT_STATES
from mall.finance.refund_states import REFUND_STATES
from mall.ordering.order_states import ORDER_STATES
from mall.settings import read_settings
from tests.conftest import Template, books_findings, fresh_database
from tests.journeys.story import Story
from tests.walks.roads import Road, roads
from tests.walks.walker import Walker

TABLES: tuple[StateTable, ...] = (ORDER_STATES, PAYMENT_STATES, CHANGE_STATES, REFUND_STATES)
STEPS = 60
WALKS = int(os.environ.get("SUNMALL_WALKS") or 150)
#: what the orders themselves say should stand where, put together without the ledger: the small independent model
_SAID = """
    select o.number,
        case when o.state in ('submitted', 'endorsed') then sum(l.quantity * l.price_fen) else 0 end as reserved,
        case when o.state in ('approved', 'confirmed') then sum(l.quantity * l.price_fen)
             when o.state in ('draft', 'submitted', 'endorsed', 'returned', 'cancelled', 'declined') then 0
             else sum((l.quantity - l.released - l.accepted) * l.contract_price_fen) end as committed
    from purchase_order o join order_line l on l.order_id = o.id
    where not exists (select from settlement_change c where c.order_id = o.id)
      and not exists (select from refund_claim c where c.order_id = o.id)
    group by o.number, o.state
"""
_PAYMENTS_SAID = """
    select order_number, coalesce(sum(amount_fen) filter (where state in ('approved', 'sent')), 0) as in_payment
    from payment_request group by order_number
"""
_BOOKED = """
    select substring(sub from 7) as number, -coalesce(sum(amount_fen) filter (where coa = 1200), 0) as reserved,
        -coalesce(sum(amount_fen) filter (where coa = 1300), 0) as committed,
        -coalesce(sum(amount_fen) filter (where coa = 1500), 0) as in_payment
    from ledger.entry where sub like 'order:%%' group by sub
"""


def walk(
    story: Story,
    *,
    seed: int,
    seen: Counter[tuple[str, str, str]],
    tried: Counter[tuple[str, str]] | None = None,
    road: Road | None = None,
) -> Walker:
    """One walk, where there is a `road` led along it first; it leaves what was visited in `seen` and what was
    attempted in `tried`."""
    walker = Walker(story, random.Random(seed), seen, tried=Counter() if tried is None else tried)
    walker.begin()
    if road is not None:
        road.lead(walker)
        expect_sound(story, f"seed {seed}, after {road.name}")
    for _ in range(STEPS // 10):
        walker.go(10)
        expect_sound(story, f"seed {seed}, step {walker.steps}")
    return walker


def expect_sound(story: Story, where: str) -> None:
    assert books_findings(story.admin_url) == [], where
    expect_books_as_orders_say(story, where)


def expect_books_as_orders_say(story: Story, where: str) -> None:
    booked = {number: rest for number, *rest in story.ask(_BOOKED)}
    for number, reserved, committed in story.ask(_SAID):
        assert (booked[number][0], booked[number][1]) == (reserved, committed), (where, number)
    for number, in_payment in story.ask(_PAYMENTS_SAID):
        assert booked[number][2] == in_payment, (where, number)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_walk_leaves_sound_books(story: Story, seed: int) -> None:
    walker = walk(story, seed=seed, seen=Counter())

    assert walker.steps == STEPS


@pytest.mark.parametrize("road", list(roads()), ids=lambda road: road.name)
def test_a_road_comes_by_what_it_was_made_for(story: Story, road: Road) -> None:
    seen: Counter[tuple[str, str, str]] = Counter()
    walker = Walker(story, random.Random(7), seen)
    walker.begin()

    road.lead(walker)

    assert road.comes_by <= set(seen), sorted(seen)
    expect_sound(story, road.name)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_walks_come_by_every_step_of_every_state_table(
    template: Template, server_url: str, whole_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SUNMALL_WALKS is how many. Each begins in a province of its own, every third one on a road."""
    settings = {"SUNMALL_DATA_DIR": str(tmp_path), "SUNMALL_SECRET_KEY": "for tests only"}
    monkeypatch.setitem(whole_app.config, "SUNMALL", read_settings(settings))
    seen: Counter[tuple[str, str, str]] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    refusals: Counter[str] = Counter()
    steps = {(table.document, step.action, step.before) for table in TABLES for step in table.steps}
    on_roads = cycle(roads())

    for number in range(1, WALKS + 1):
        road = next(on_roads) if number % 3 == 0 else None
        with fresh_database(template, server_url) as made, clock.frozen(clock.now()):
            story = Story(whole_app, world=template.world, admin_url=made.admin, folder=tmp_path)
            refusals.update(walk(story, seed=1000 + number, seen=seen, tried=tried, road=road).refusals)
        print(f"walk {number}: {len(steps & set(seen))} of {len(steps)}", flush=True)

    print(f"{WALKS} walks of {STEPS} steps came by {len(steps & set(seen))} of {len(steps)} steps")
    print("refused:", dict(refusals.most_common(12)))
    assert steps - set(seen) == set()
