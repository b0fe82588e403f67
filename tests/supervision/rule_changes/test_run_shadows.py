"""Every night a change in shadow stands beside the rule in force, and touches nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mall import clock
from mall.database import close_reading, session
from mall.settings import Settings
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.finding import Finding
from supervision.rule_changes import run_shadows as shadows
from supervision.rule_changes.shadow_day import RuleShadowDay
from supervision.rules.splitting_statutory import RULE
from supervision.watch_night import run_night
from tests.supervision.rule_changes.drafts import back_tested, order_computers, take
from tests.world import World


def days() -> list[RuleShadowDay]:
    close_reading()
    return list(session().scalars(select(RuleShadowDay).order_by(RuleShadowDay.id)))


def night(settings: Settings, *, later: int = 0) -> None:
    run_night(settings, on=clock.today() + timedelta(days=later), only=[RULE.id])
    close_reading()


def test_a_night_keeps_what_the_draft_found_and_the_overlap(world: World, settings: Settings) -> None:
    order_computers(world)
    order_computers(world)
    change = take(world, back_tested(world, settings), "shadow")
    night(settings)

    (day,) = days()
    assert (day.change_id, day.on_day, day.failure) == (change.id, clock.today(), "")
    assert (day.hit_count, day.amount_fen, day.held_hit_count, day.both_count) == (1, 939_800, 0, 0)
    assert len(day.history_digest) == 64
    assert session().scalars(select(Finding)).all() == []
    close_reading()


def test_a_night_is_kept_once(world: World, settings: Settings) -> None:
    take(world, back_tested(world, settings), "shadow")
    night(settings)
    night(settings)
    night(settings, later=1)

    assert [day.on_day for day in days()] == [clock.today(), clock.today() + timedelta(days=1)]


def test_a_night_that_failed_is_told_and_tried_again(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(world, back_tested(world, settings), "shadow")
    with monkeypatch.context() as broken:
        broken.setattr(shadows, "compare_draft", lambda *_, **__: 1 / 0)
        night(settings)
    night(settings)

    first, second = days()
    assert first.failure.startswith("ZeroDivisionError")
    assert second.failure == ""


def test_what_is_not_in_shadow_is_not_run(world: World, settings: Settings) -> None:
    back_tested(world, settings)
    with DuckdbEngine() as engine:
        count = shadows.run_shadows(engine, on=clock.today(), history_digest="x")

    assert (count, days()) == (0, [])
