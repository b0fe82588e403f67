"""The stories' purchases fit the money and the stock of the demo, and everyday purchases keep out of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from mall import clock
from mall.demo.plan_purchases import plan_purchases
from mall.demo.plan_stories import FIRST_NUMBER, LEAVES_OUT, PAPER_UNIT, plan_stories
from mall.demo.working_time import works_on
from tests.mall.demo.demo_market import EVENING, SEED, STARTS_AT, demo_market, story_purchases, supplier_ids


def test_stories_are_told_on_working_days_within_money_and_stock() -> None:
    offers = {offer.listing_id: offer for offer in demo_market().offers}
    lines = {line.budget_line_id: line for line in demo_market().lines}
    spent: dict[int, int] = defaultdict(int)
    sold: dict[int, int] = defaultdict(int)

    for purchase in story_purchases():
        for listing_id, quantity in purchase.lines:
            spent[purchase.budget_line_id] += offers[listing_id].price_fen * quantity
            sold[listing_id] += quantity

    assert all(works_on(clock.local(one.at).date()) for one in story_purchases())
    assert [one.number for one in story_purchases()] == list(range(FIRST_NUMBER, FIRST_NUMBER + 31))
    assert all(amount_fen * 10 <= lines[line_id].amount_fen * 6 for line_id, amount_fen in spent.items())
    assert all(quantity <= offers[listing_id].stock for listing_id, quantity in sold.items())


def test_everyday_purchases_leave_the_stories_goods_and_money_alone() -> None:
    market = demo_market()
    units = tuple(replace(unit, leaves_out=LEAVES_OUT.get(unit.key, ())) for unit in market.units)
    offers = {offer.listing_id: offer for offer in market.offers}

    plan = plan_purchases(replace(market, units=units), seed=SEED, starts_at=STARTS_AT, ends_at=EVENING, count=400,
                          beside=story_purchases())  # fmt: skip

    spent: dict[int, int] = defaultdict(int)
    for purchase in (*plan, *story_purchases()):
        codes = {offers[listing_id].category_code for listing_id, _ in purchase.lines}
        if purchase.number < FIRST_NUMBER:
            assert not any(code.startswith(LEAVES_OUT.get(purchase.unit_key, ("-",))) for code in codes)
        spent[purchase.budget_line_id] += sum(offers[one].price_fen * quantity for one, quantity in purchase.lines)
    assert all(spent[line.budget_line_id] * 10 <= line.amount_fen * 8 for line in market.lines)


def test_a_small_province_without_those_units_has_no_stories() -> None:
    market = replace(demo_market(), units=())

    assert plan_stories(market, supplier_ids=supplier_ids(), starts_at=STARTS_AT, ends_at=EVENING) == []


def test_paper_keeps_its_rhythm_beside_holidays() -> None:
    # Early in a year it cannot: an old year's last weeks have no orders.
    for month, day in ((7, 20), (10, 12), (11, 24), (12, 15)):
        ends_at = datetime(2026, month, day, 10, tzinfo=UTC)

        planned = plan_stories(demo_market(), supplier_ids=supplier_ids(), ends_at=ends_at,
                               starts_at=datetime(2026, 1, 5, tzinfo=UTC))  # fmt: skip

        days = [clock.local(one.at).date() for one in planned if one.unit_key == PAPER_UNIT]
        gaps = {(later - earlier).days for earlier, later in pairwise(days)}
        assert len(days) >= 6
        assert all(21 <= gap <= 35 for gap in gaps), (month, gaps)
