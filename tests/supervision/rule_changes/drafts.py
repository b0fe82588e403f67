"""Drafts and history for the tests of changed rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mall import clock
from mall.access.actor import SYSTEM
from mall.database import close_reading
from mall.ordering.place_order import Wanted, place_order
from mall.people.create_user import create_user
from mall.people.grant_post import grant_post
from mall.settings import Settings
from supervision.rule_change import RuleChange
from supervision.rule_changes.draw_up_change import draw_up_change
from supervision.rule_changes.rule_change_actions import perform
from supervision.rule_changes.run_back_tests import run_waiting_back_tests
from supervision.rule_changes.visible_changes import visible_change
from supervision.rules.splitting_statutory import RULE
from supervision.watch_night import export_now
from tests.world import SCHOOL_REGION, World

PROVINCE = 410000


def draw_up(world: World, who: str = "regulator-city", **given: Any) -> RuleChange:
    """A draft of the city, which tightens its threshold to 9,000 yuan from tomorrow on, unless told otherwise."""
    facts: dict[str, Any] = {
        "rule_id": RULE.id, "region_code": SCHOOL_REGION, "mode": "", "values": {"limit_fen": 900_000},
        "valid_from": clock.today() + timedelta(days=1), "legal_reference": "郑财购〔2026〕1号", "reason": "试行从严",
    }  # fmt: skip
    return draw_up_change(actor=world.actor(who), **{**facts, **given})


def take(world: World, change: RuleChange, action: str, who: str = "regulator-city", **body: Any) -> RuleChange:
    """One action, and the change as it is afterwards."""
    perform(action, actor=world.actor(who), number=change.number, body=body)
    return the_change(change.number)


def the_change(number: str) -> RuleChange:
    close_reading()
    return visible_change(SYSTEM, number)


def back_tested(world: World, settings: Settings, who: str = "regulator-city", **given: Any) -> RuleChange:
    """A draft that was tried on the history of this moment."""
    change = draw_up(world, who, **given)
    take(world, change, "request_back_test", who)
    export_now(settings, on=clock.today())
    assert run_waiting_back_tests(settings) == 1
    return the_change(change.number)


def proposed(world: World, settings: Settings, who: str = "regulator-city", **given: Any) -> RuleChange:
    return take(world, back_tested(world, settings, who, **given), "propose", who)


def in_force(
    world: World, settings: Settings, who: str = "regulator-city", decider: str = "regulator", **given: Any
) -> RuleChange:
    """A change that another regulator switched on."""
    return take(world, proposed(world, settings, who, **given), "switch_on", decider)


def second_regulator(world: World) -> str:
    """Another regulator of the province."""
    province = world.actor("regulator").organisations_as("regulator")[0]
    user, _link = create_user(actor=SYSTEM, username="regulator-second", name="测试第二监管")
    grant_post(actor=SYSTEM, user_id=user.id, organisation_id=province, role="regulator")
    close_reading()
    return "regulator-second"


def order_computers(world: World, quantity: int = 1) -> str:
    """An order of the school of 4,699 yuan a piece."""
    wanted = [Wanted(world.listings["computer"], quantity, world.lines["school_machines"])]
    placed = place_order(actor=world.actor("handler"), unit_id=world.school_id, wanted=wanted)
    return str(placed["orders"][0])
