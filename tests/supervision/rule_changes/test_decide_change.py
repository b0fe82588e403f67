"""The road of a change: two people, fair days, a dated table without gaps, and an end that leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mall import clock
from mall.database import close_reading, session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.notices.notice import Notice
from mall.outbox.deliver import deliver_waiting
from mall.settings import Settings
from supervision.rule_change import RuleChange, RuleParameter
from supervision.rule_changes.rule_change_actions import possible
from supervision.rule_changes.visible_changes import changes_of, visible_change
from supervision.rule_shelf import rules
from supervision.rules.splitting_statutory import RULE
from supervision.values_in_force import mode_in_force, values_for
from tests.supervision.rule_changes.drafts import (
    PROVINCE,
    back_tested,
    draw_up,
    in_force,
    proposed,
    second_regulator,
    take,
)
from tests.world import SCHOOL_REGION, World


def refused(world: World, change: RuleChange, action: str, who: str, **body: str) -> str:
    with pytest.raises(Refusal) as caught:
        take(world, change, action, who, **body)
    close_reading()
    return caught.value.code


def rows(name: str = "limit_fen") -> list[RuleParameter]:
    close_reading()
    query = select(RuleParameter).where(RuleParameter.name == name).order_by(RuleParameter.id)
    return list(session().scalars(query))


def limit_on(day: date) -> int:
    close_reading()
    return values_for(RULE, region_code=SCHOOL_REGION, on=day)["limit_fen"]


def test_switching_on_writes_a_dated_row_with_both_people(world: World, settings: Settings) -> None:
    before = limit_on(clock.today())
    change = in_force(world, settings)

    (row,) = rows()
    assert (row.value, row.valid_from, row.valid_to) == (900_000, clock.today() + timedelta(days=1), None)
    assert (row.level, row.region_code, row.change_id) == ("city", SCHOOL_REGION, change.id)
    assert (row.maker_id, row.decider_id) == (world.users["regulator-city"], world.users["regulator"])
    assert (row.reason, row.legal_reference) == ("试行从严", "郑财购〔2026〕1号")
    assert (limit_on(clock.today()), limit_on(row.valid_from)) == (before, 900_000)
    assert rows("") == []


def test_the_mode_is_a_row_of_its_own(world: World, settings: Settings) -> None:
    second = second_regulator(world)
    in_force(world, settings, "regulator", second, region_code=PROVINCE, values={}, mode="off")

    (row,) = rows("")
    assert row.value == 0
    assert mode_in_force(RULE, region_code=SCHOOL_REGION, on=row.valid_from) == "off"
    close_reading()


def test_a_mode_that_nobody_decided_is_a_change_and_the_same_again_is_none(world: World, settings: Settings) -> None:
    second = second_regulator(world)
    wish = {"region_code": PROVINCE, "values": {}, "mode": "on"}
    assert mode_in_force(RULE, region_code=PROVINCE, on=clock.today()) == "on"
    close_reading()
    in_force(world, settings, "regulator", second, **wish)

    assert [row.value for row in rows("")] == [2]
    with pytest.raises(Refusal, match=r"rule\.nothing_changed"):
        draw_up(world, "regulator", **wish)
    with pytest.raises(Refusal, match=r"rule\.nothing_changed"):
        draw_up(world, values={}, mode="on")
    close_reading()


def test_nobody_who_had_a_hand_in_it_decides(world: World, settings: Settings) -> None:
    change = proposed(world, settings, "regulator")
    second = second_regulator(world)

    assert refused(world, change, "switch_on", "regulator") == "rule.maker_decides"
    assert refused(world, change, "reject", "regulator", reason="不行") == "rule.maker_decides"
    assert "switch_on" not in possible(change, world.actor("regulator"))
    # the county is no division above, and the city regulates its own changes
    assert refused(world, change, "switch_on", "regulator-county") == "rule.change_unknown"
    assert take(world, change, "switch_on", second).state == "in_force"
    assert refused(world, change, "end", "regulator", reason="不行") == "rule.maker_decides"


def test_a_regulator_of_a_division_below_cannot_decide(world: World, settings: Settings) -> None:
    second = second_regulator(world)
    change = in_force(world, settings, "regulator", second, region_code=PROVINCE, values={"warn_percent": 70})

    assert visible_change(world.actor("regulator-city"), change.number).number == change.number
    close_reading()
    assert refused(world, change, "end", "regulator-city", reason="放宽一些") == "access.denied"


def test_the_next_change_follows_without_a_gap(world: World, settings: Settings) -> None:
    in_force(world, settings)
    later = clock.today() + timedelta(days=10)
    in_force(world, settings, values={"limit_fen": 700_000}, valid_from=later)

    first, second = rows()
    assert first.valid_to == later - timedelta(days=1)
    assert (second.valid_from, second.valid_to) == (later, None)
    assert [limit_on(later - timedelta(days=1)), limit_on(later)] == [900_000, 700_000]


def test_a_change_that_begins_before_one_that_is_decided_is_refused(world: World, settings: Settings) -> None:
    in_force(world, settings, valid_from=clock.today() + timedelta(days=10))

    with pytest.raises(Refusal) as caught:
        draw_up(world, values={"limit_fen": 700_000})
    close_reading()

    assert caught.value.code == "rule.overtaken"
    assert caught.value.facts["day"] == (clock.today() + timedelta(days=10)).isoformat()


def test_of_two_proposals_for_one_day_the_last_decided_holds(world: World, settings: Settings) -> None:
    one = proposed(world, settings)
    other = proposed(world, settings, values={"limit_fen": 700_000})
    take(world, one, "switch_on", "regulator")
    take(world, other, "switch_on", "regulator")

    first, second = rows()
    assert first.valid_to == first.valid_from - timedelta(days=1)
    assert second.valid_to is None
    assert limit_on(second.valid_from) == 700_000


def test_a_proposal_whose_day_has_come_holds_from_the_first_fair_day(world: World, settings: Settings) -> None:
    change = proposed(world, settings)
    with clock.frozen(clock.now() + timedelta(days=5)):
        change = take(world, change, "switch_on", "regulator")
        expected = clock.today() + timedelta(days=1)

    assert (change.valid_from, rows()[0].valid_from) == (expected, expected)
    assert history_of(change.reference)[-1].facts["valid_from"] == expected.isoformat()


def test_what_changed_nothing_any_more_is_not_switched_on(world: World, settings: Settings) -> None:
    change = proposed(world, settings)
    same = proposed(world, settings)
    take(world, change, "switch_on", "regulator")

    assert refused(world, same, "switch_on", "regulator") == "rule.nothing_changed"


def test_an_end_lets_the_value_hold_up_to_today(world: World, settings: Settings) -> None:
    change = in_force(world, settings)
    before = limit_on(clock.today())
    with clock.frozen(clock.now() + timedelta(days=5)):
        today = clock.today()
        ended = take(world, change, "end", "regulator", reason="试行结束")

    assert (ended.state, ended.ended_on) == ("ended", today)
    assert rows()[0].valid_to == today
    assert [limit_on(today), limit_on(today + timedelta(days=1))] == [900_000, before]


def test_what_is_ended_before_it_began_never_holds(world: World, settings: Settings) -> None:
    change = in_force(world, settings, valid_from=clock.today() + timedelta(days=10))
    before = limit_on(clock.today())
    take(world, change, "end", "regulator", reason="写错了")

    (row,) = rows()
    assert row.valid_to == row.valid_from - timedelta(days=1)
    assert [limit_on(row.valid_from + timedelta(days=days)) for days in (-1, 0, 1)] == [before] * 3
    # and another may take its place
    in_force(world, settings, values={"limit_fen": 700_000}, valid_from=row.valid_from)
    assert limit_on(row.valid_from) == 700_000


def test_a_rejection_has_its_reason_and_writes_nothing(world: World, settings: Settings) -> None:
    change = proposed(world, settings)

    assert refused(world, change, "reject", "regulator", reason=" ") == "rule.reason_needed"
    rejected = take(world, change, "reject", "regulator", reason="依据不足")

    assert (rejected.state, rejected.decider_id) == ("rejected", world.users["regulator"])
    assert history_of(change.reference)[-1].note == "依据不足"
    assert rows() == []


def test_nothing_is_proposed_before_its_back_test(world: World) -> None:
    change = draw_up(world)

    assert refused(world, change, "propose", "regulator-city") == "state.not_possible"
    take(world, change, "request_back_test")
    assert refused(world, change, "request_back_test", "regulator-city") == "rule.test_waits"
    assert take(world, change, "withdraw").state == "withdrawn"


def test_a_new_back_test_must_end_before_the_proposal(world: World, settings: Settings) -> None:
    change = back_tested(world, settings)
    take(world, change, "request_back_test")

    assert refused(world, change, "propose", "regulator-city") == "rule.test_waits"


@pytest.mark.parametrize("action", ["request_back_test", "shadow", "propose"])
def test_a_draft_for_an_older_version_of_the_rule_goes_no_further(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    change = back_tested(world, settings)
    monkeypatch.setitem(rules(), RULE.id, replace(RULE, version=RULE.version + 1))

    assert refused(world, change, action, "regulator-city") == "rule.stale_version"


def test_a_proposal_for_an_older_version_is_not_switched_on(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = proposed(world, settings)
    monkeypatch.setitem(rules(), RULE.id, replace(RULE, version=RULE.version + 1))

    assert refused(world, change, "switch_on", "regulator") == "rule.stale_version"


def test_a_mere_check_has_nothing_to_run_in_shadow(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = back_tested(world, settings)
    monkeypatch.setitem(rules(), RULE.id, replace(RULE, find=None, stages=("order",)))

    assert refused(world, change, "shadow", "regulator-city") == "rule.no_sweep"
    assert "shadow" not in possible(change, world.actor("regulator-city"))


def test_drafts_are_seen_by_their_region_and_above_and_decided_ones_below(world: World, settings: Settings) -> None:
    draft = draw_up(world, "regulator", region_code=PROVINCE, values={"warn_percent": 70})
    city = draw_up(world)

    def seen(who: str) -> set[str]:
        close_reading()
        return {change.number for change in changes_of(world.actor(who), RULE.id)}

    assert seen("regulator") == {draft.number, city.number}
    assert seen("regulator-city") == {city.number}
    assert seen("regulator-county") == set()
    assert seen("handler") == set()
    close_reading()


def test_the_regulators_are_told_when_a_change_waits_and_the_maker_what_became_of_it(
    world: World, settings: Settings
) -> None:
    change = proposed(world, settings)
    deliver_waiting()
    close_reading()

    def told(username: str) -> list[str]:
        close_reading()
        query = select(Notice.code).where(Notice.user_id == world.users[username], Notice.read_at.is_(None))
        return list(session().scalars(query.order_by(Notice.id)))

    # the city has nobody else, so the province is asked
    assert told("regulator") == ["decide_rule_change"]
    assert told("regulator-county") == []
    take(world, change, "switch_on", "regulator")
    deliver_waiting()
    assert told("regulator") == []
    assert told("regulator-city") == ["rule_change_in_force"]
    close_reading()


def test_the_database_keeps_the_two_people_apart(world: World, settings: Settings) -> None:
    change = in_force(world, settings)

    assert change.decider_id not in change.maker_ids
    with pytest.raises(Refusal, match=r"rule\.unknown_action"):
        take(world, change, "explode")
    close_reading()
