"""The year's running total of unit x category is held against the limit, and goes back when money goes back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mall import clock
from mall.database import session
from mall.errors import Refusal
from mall.ordering.order import CategoryTotal
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from tests.world import World


def total(world: World, category: str = "A05040101") -> int:
    return session().scalar(select(CategoryTotal.amount_fen).where(CategoryTotal.category_code == category)) or 0


def order_paper(world: World, quantity: int) -> str:
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(world.listings["paper"], quantity, world.lines["school_office"])],
    )
    return placed["orders"][0]


def test_an_order_counts_and_its_cancellation_counts_out(world: World) -> None:
    number = order_paper(world, 10)
    counted = total(world)

    perform("cancel", actor=world.actor("handler"), number=number, body={"reason": "不需要了"})

    assert counted == 21_500
    assert total(world) == 0


def test_a_return_counts_out_and_a_resubmission_in_again(world: World) -> None:
    number = order_paper(world, 10)
    perform("return", actor=world.actor("approver"), number=number, body={"reason": "数量多了"})
    returned = total(world)

    perform("submit", actor=world.actor("handler"), number=number)

    assert returned == 0
    assert total(world) == 21_500


def test_an_order_of_computers_over_the_limit_is_refused_with_the_figures(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        place_order(
            actor=world.actor("handler"),
            unit_id=world.school_id,
            wanted=[Wanted(world.listings["computer"], 213, world.lines["school_machines"])],
            excess_reason="机房整体更新",
        )

    assert refused.value.code == "order.over_year_limit"
    assert refused.value.facts == {
        "category_code": "A02010105",
        "year": clock.today().year,
        "so_far_fen": 0,
        "amount_fen": 100_088_700,
        "limit_fen": 100_000_000,
    }
    assert total(world, "A02010105") == 0
