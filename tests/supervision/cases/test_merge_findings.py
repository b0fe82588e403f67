"""Findings become cases: merged by matter and days, supported by weaker ones, worth what they come to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from supervision.cases.case_priority import log10_hundredths, priority
from supervision.cases.merge_findings import merge_findings
from supervision.cases.watch_case import findings_of
from tests.supervision.cases.case_story import CaseStory, change_case, the_cases
from tests.supervision.cases.found import a_finding, the_finding
from tests.world import COUNTY_REGION, World

DAY = date(2026, 11, 2)


def test_findings_of_one_matter_become_one_case(world: World) -> None:
    for days in (0, 10, 30):
        a_finding(world, day=DAY + timedelta(days=days), category_code="A0504010101" if days else "A05040199")

    placed = merge_findings()

    (case,) = the_cases()
    assert placed == 3
    assert (case.state, case.category_code, case.level) == ("found", "A050401", "city")
    assert (case.from_day, case.until_day) == (DAY, DAY + timedelta(days=30))
    assert case.amount_fen == 30_000_000
    assert case.number.startswith("JG-410100-")


@pytest.mark.parametrize(
    "other",
    [
        {"day": DAY + timedelta(days=31)},
        {"category_code": "A02021003"},
        {"supplier_id": None},
        {"region_code": COUNTY_REGION},
    ],
)
def test_another_matter_is_another_case(world: World, other: dict) -> None:
    a_finding(world)
    a_finding(world, **other)

    merge_findings()

    assert len(the_cases()) == 2


def test_further_findings_join_the_open_case(world: World) -> None:
    a_finding(world)
    merge_findings()
    later = a_finding(world, day=DAY + timedelta(days=5), severity=4)

    merge_findings()

    (case,) = the_cases()
    assert the_finding(later).case_id == case.id
    assert case.severity == 4


@pytest.mark.parametrize("state", ["confirmed", "dismissed", "closed"])
def test_what_is_found_after_the_decision_is_a_new_case(world: World, state: str) -> None:
    a_finding(world)
    merge_findings()
    somebody = world.users["regulator-city"]
    change_case(the_cases()[0].number, state=state, assigned_to_id=somebody, decided_by_id=somebody)
    a_finding(world)

    merge_findings()

    assert [case.state for case in the_cases()] == [state, "found"]


@pytest.mark.parametrize("standing", ["inform", "warn"])
def test_a_weaker_finding_opens_nothing_but_supports(world: World, standing: str) -> None:
    weak = a_finding(world, standing=standing, amount_fen=99_000_000, severity=4)
    assert merge_findings() == 0
    a_finding(world)

    merge_findings()

    (case,) = the_cases()
    assert the_finding(weak).case_id == case.id
    assert (case.amount_fen, case.severity) == (10_000_000, 3)
    assert [finding.standing for finding in findings_of(case)] == ["case", standing]


@pytest.mark.parametrize(
    "given",
    [
        {"standing": "shadow"},
        {"review_code": "urgent"},
        {"gone_on": DAY},
        {"unit_id": None, "supplier_id": None},
    ],
)
def test_what_is_no_matter_for_a_case_stays_loose(world: World, given: dict) -> None:
    a_finding(world)
    loose = a_finding(world, **given)

    merge_findings()

    assert the_finding(loose).case_id is None


def test_merging_twice_changes_nothing(world: World) -> None:
    a_finding(world)
    merge_findings()

    assert merge_findings() == 0
    assert len(the_cases()) == 1


def test_two_rules_that_see_the_same_money_do_not_double_it(world: World) -> None:
    a_finding(world, rule_id="prices.one", amount_fen=5_000_000)
    a_finding(world, rule_id="prices.two", amount_fen=4_000_000)
    a_finding(world, rule_id="prices.two", amount_fen=2_000_000)

    merge_findings()

    (case,) = the_cases()
    assert case.amount_fen == 6_000_000


def test_priority_follows_what_is_learnt_of_the_rule(story: CaseStory) -> None:
    before = story.case.priority
    for _ in range(30):
        a_finding(story.world, review_code="true", supplier_id=None)

    merge_findings()

    # 10,000,000 fen: log10 7.00. Severity 3 weighs .5; unknown precision .2, then 31/35 = .885714.
    assert before == 700_000
    assert story.case.priority == 7 * 442_857


@pytest.mark.parametrize(
    ("number", "hundredths"), [(1, 0), (2, 30), (9, 95), (10, 100), (99, 199), (10**15, 1500), (31_622, 449)]
)
def test_log10_is_exact_in_hundredths(number: int, hundredths: int) -> None:
    assert log10_hundredths(number) == hundredths


def test_priority_multiplies_money_and_certainty() -> None:
    assert priority(10_000, weights=[800_000]) == 4 * 800_000
    assert priority(10_000, weights=[500_000, 500_000]) == 4 * 750_000
    assert priority(10_000, weights=[]) == 0
    assert priority(0, weights=[800_000]) == priority(100, weights=[800_000]) == 2 * 800_000
