"""A night keeps what it finds once, says what is new and what is gone, and is the same whoever runs it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from mall.regions.watch_calendar import write_calendar
from supervision.analytics import engine_name, runs_nights
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.engines.engine import Engine
from supervision.engines.postgresql_engine import PostgresqlEngine
from supervision.export_history import export_history
from supervision.finding import Finding, FindingEvaluation
from supervision.rule import Rule
from supervision.rule_change import RuleChange, RuleParameter
from supervision.rule_run import RuleRun
from supervision.rules import splitting_statutory
from supervision.sweep import SweptRule, sweep_rules
from supervision.values_in_force import mode_in_force, values_for, values_in_force
from tests.conftest import Clone
from tests.world import SCHOOL_REGION, World

RULE = splitting_statutory.RULE
LIMIT_FEN = 900_000


def standing(rule: Any, mode: str, category_code: str) -> str:
    return "shadow" if mode == "shadow" else rule.action


def order_computers(world: World, quantity: int = 1, *, reason: str = "更换旧机，已报批") -> str:
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(world.listings["computer"], quantity, world.lines["school_machines"])],
        # Where the order gate is in its slot, a rule may ask for one.
        excess_reason=reason,
    )
    return str(placed["orders"][0])


@atomic
def decide(
    world: World, name: str, value: int, *, region_code: int = 410000, level: str = "province", rule: Rule = RULE
) -> None:
    """A value in force, as two people decided it."""
    people = {"maker_id": world.users["regulator"], "decider_id": world.users["regulator-city"]}
    change = RuleChange(
        number=f"GZ-{name}-{region_code}-{value}", rule_id=rule.id, rule_version=rule.version, region_code=region_code,
        state="in_force", mode="on", values={}, valid_from=date(2020, 1, 1), legal_reference="试行", reason="试行",
        created_at=clock.now(), **people,
    )  # fmt: skip
    session().add(change)
    session().flush()
    session().add(
        RuleParameter(
            rule_id=rule.id, name=name, region_code=region_code, level=level, valid_from=date(2020, 1, 1), value=value,
            legal_reference="试行", reason="试行", change_id=change.id, **people,
        )
    )  # fmt: skip
    record(actor=SYSTEM, action="test.decide", subject=change.reference)


def sweep(engine: Engine, *, on: date | None = None) -> SweptRule:
    day = on or clock.today()
    return sweep_rules(engine, on=day, history_digest="x", standing=standing, only=[RULE.id])[0]


def findings() -> Sequence[Finding]:
    try:
        return session().scalars(select(Finding).order_by(Finding.id)).all()
    finally:
        close_reading()


def test_a_night_keeps_a_finding_with_all_it_was_made_of(world: World, own_database: Clone) -> None:
    decide(world, "limit_fen", LIMIT_FEN)
    numbers = [order_computers(world), order_computers(world)]
    with PostgresqlEngine(own_database.app) as engine:
        swept = sweep(engine)

    (found,) = findings()
    assert swept.new_count == 1
    assert swept.counts == {"hit": 1, "clear": 0, "not_applicable": 0, "not_computable": 0}
    assert (found.unit_id, found.region_code, found.standing) == (world.school_id, SCHOOL_REGION, "hold")
    assert found.evidence == {"total_fen": 939_800, "limit_fen": LIMIT_FEN, "order_count": 2}
    assert [one["document"] for one in found.documents] == sorted(numbers)
    assert found.parameters == {"limit_fen": LIMIT_FEN, "warn_percent": 80}
    with session() as reading:
        run = reading.scalars(select(RuleRun)).one()
        assert (run.hit_count, run.rule_version, run.engine) == (1, RULE.version, "postgresql")


def test_the_same_night_again_changes_nothing_and_another_order_is_another_evaluation(
    world: World, own_database: Clone
) -> None:
    decide(world, "limit_fen", LIMIT_FEN)
    order_computers(world)
    order_computers(world)
    with PostgresqlEngine(own_database.app) as engine:
        sweep(engine)
    with PostgresqlEngine(own_database.app) as engine:
        again = sweep(engine)
    order_computers(world)
    with PostgresqlEngine(own_database.app) as engine:
        sweep(engine)

    (found,) = findings()
    assert again.new_count == 0
    assert found.evidence["order_count"] == 3
    kept = session().scalars(select(FindingEvaluation).order_by(FindingEvaluation.id)).all()
    assert [one.evidence["order_count"] for one in kept] == [2, 3]
    assert kept[-1].input_hash == found.input_hash
    close_reading()


def test_what_is_not_found_any_more_is_gone_and_may_come_back(world: World, own_database: Clone) -> None:
    decide(world, "limit_fen", LIMIT_FEN)
    numbers = [order_computers(world), order_computers(world)]
    with PostgresqlEngine(own_database.app) as engine:
        sweep(engine)
    perform("cancel", actor=world.actor("handler"), number=numbers[0], body={"reason": "不需要了"})
    tomorrow = clock.today() + timedelta(days=1)
    with PostgresqlEngine(own_database.app) as engine:
        sweep(engine, on=tomorrow)
    gone = findings()[0].gone_on
    order_computers(world)
    with PostgresqlEngine(own_database.app) as engine:
        sweep(engine, on=tomorrow + timedelta(days=1))

    assert gone == tomorrow
    assert findings()[0].gone_on is None


def test_a_lower_division_tightens_and_cannot_loosen(world: World) -> None:
    decide(world, "warn_percent", 70)
    decide(world, "limit_fen", LIMIT_FEN)
    decide(world, "limit_fen", 500_000, region_code=SCHOOL_REGION, level="city")
    decide(world, "limit_fen", 2_000_000, region_code=410300, level="city")
    today = clock.today()

    values = values_in_force(RULE, on=today)

    assert values["warn_percent"] == 70
    assert values["limit_fen"] == LIMIT_FEN
    assert values.elsewhere["limit_fen"][SCHOOL_REGION] == 500_000
    assert values.elsewhere["limit_fen"][410102] == 500_000
    assert 410300 not in values.elsewhere["limit_fen"]
    assert values_for(RULE, region_code=410102, on=today)["limit_fen"] == 500_000
    close_reading()


def test_a_value_never_leaves_the_bounds(world: World) -> None:
    decide(world, "warn_percent", 10)

    assert values_in_force(RULE, on=clock.today())["warn_percent"] == 50
    close_reading()


def test_a_division_may_do_more_than_the_province_and_not_less(world: World) -> None:
    decide(world, "", 1)
    decide(world, "", 2, region_code=SCHOOL_REGION, level="city")
    decide(world, "", 0, region_code=410300, level="city")
    today = clock.today()

    modes = [mode_in_force(RULE, region_code=code, on=today) for code in (410000, 410102, 410300)]

    assert modes == ["shadow", "on", "shadow"]
    close_reading()


def test_a_rule_that_is_switched_off_keeps_nothing(world: World, own_database: Clone) -> None:
    decide(world, "limit_fen", LIMIT_FEN)
    decide(world, "", 0)
    order_computers(world)
    order_computers(world)
    with PostgresqlEngine(own_database.app) as engine:
        swept = sweep(engine)

    assert swept.counts["hit"] == 1
    assert findings() == []


def test_a_rule_that_fails_is_noted_and_the_others_run(
    world: World, own_database: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PostgresqlEngine(own_database.app) as engine, monkeypatch.context() as broken:
        broken.setattr(engine, "sweep", lambda *_: 1 / 0)
        swept = sweep(engine)

    assert swept.failure.startswith("ZeroDivisionError")
    assert session().scalars(select(RuleRun)).one().failure == swept.failure
    close_reading()


def test_parquet_and_postgresql_find_the_same(world: World, own_database: Clone, tmp_path: Path) -> None:
    decide(world, "limit_fen", LIMIT_FEN)
    order_computers(world)
    order_computers(world)
    write_calendar(until=clock.today())
    export_history(tmp_path, url=own_database.app, watch_key="k", on=clock.today())
    kept = []
    for engine in (DuckdbEngine(tmp_path), PostgresqlEngine(own_database.app)):
        with engine:
            sweep(engine)
        kept.append(findings()[0].input_hash)

    assert kept[0] == kept[1]
    assert len(findings()) == 1


@pytest.mark.parametrize(
    ("asked", "engine", "runs"), [("", "duckdb", True), ("spark", "spark", True), ("none", "duckdb", False)]
)
def test_the_environment_says_where_nights_run(
    monkeypatch: pytest.MonkeyPatch, asked: str, engine: str, runs: bool
) -> None:
    monkeypatch.setenv("SUNMALL_ANALYTICS", asked)

    assert (engine_name(), runs_nights()) == (engine, runs)


def test_an_engine_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNMALL_ANALYTICS", "abacus")

    with pytest.raises(Refusal) as refused:
        engine_name()

    assert refused.value.code == "watch.unknown_engine"
