"""The queue of a desk stays within its weekly budget; the rest is stored and can be browsed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from supervision.cases.case_queue import CaseFilter, case_queue, list_cases
from supervision.cases.merge_findings import merge_findings
from tests.supervision.cases.case_story import change_case, the_cases
from tests.supervision.cases.found import a_finding
from tests.world import COUNTY_REGION, World


@pytest.fixture
def a_dozen(world: World) -> list[str]:
    """Numbers of twelve cases of the city, the dearest first."""
    for place in range(12):
        a_finding(world, category_code=f"A0504{place:02d}01", amount_fen=10 ** (12 - place % 10))
    merge_findings()
    return [case.number for case in sorted(the_cases(), key=lambda case: (-case.priority, case.id))]


def test_the_queue_shows_the_top_of_the_budget(world: World, a_dozen: list[str]) -> None:
    (queue,) = case_queue(world.actor("regulator-city"), clock.today())

    assert [case.number for case in queue.cases] == a_dozen[:10]
    assert (queue.budget.value, queue.taken_up, queue.stored) == (10, 0, 2)


def test_what_was_taken_up_this_week_uses_the_budget_and_last_weeks_does_not(world: World, a_dozen: list[str]) -> None:
    somebody = world.users["regulator-city"]
    for number, days in zip(a_dozen[:4], (0, 0, 0, 8), strict=True):
        change_case(number, state="assigned", assigned_to_id=somebody, taken_up_at=clock.now() - timedelta(days=days))

    (queue,) = case_queue(world.actor("regulator-city"), clock.today())

    assert queue.taken_up == 3
    assert [case.number for case in queue.cases] == a_dozen[4:11]
    assert queue.stored == 1


def test_each_desk_has_its_own_queue_and_the_province_browses_all(world: World, a_dozen: list[str]) -> None:
    a_finding(world, unit_id=world.county_id, region_code=COUNTY_REGION)
    merge_findings()

    queues = {who: case_queue(world.actor(who), clock.today()) for who in ("regulator", "regulator-county")}
    seen = {
        who: list_cases(world.actor(who), CaseFilter()).total
        for who in ("regulator", "regulator-city", "regulator-county", "handler")
    }

    assert [len(queue.cases) for queue in queues["regulator"]] == [0]
    assert [len(queue.cases) for queue in queues["regulator-county"]] == [1]
    assert seen == {"regulator": 13, "regulator-city": 12, "regulator-county": 1, "handler": 0}
