"""Every rule of the shelf meets its contract, has golden cases, and says the same on every engine."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
from collections.abc import Iterator
from zlib import crc32

import pytest

from supervision.deed_facts import FACTS_AT
from supervision.engines.clickhouse_engine import ClickhouseEngine
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.engines.engine import Engine
from supervision.engines.postgresql_engine import PostgresqlEngine
from supervision.engines.spark_engine import SparkEngine
from supervision.facts import TABLES
from supervision.rule import Rule, faults_of
from supervision.rule_shelf import rules
from supervision.values import default_values
from tests.supervision.golden_cases import CheckCase, SweepCase, run_sweep_case

SWEEPING = [rule.id for rule in rules().values() if rule.find is not None]
CHECKING = [rule.id for rule in rules().values() if rule.check is not None]


def cases_of(rule: Rule) -> tuple[SweepCase | CheckCase, ...]:
    return tuple(importlib.import_module(f"tests.supervision.golden.{rule.file_name}").CASES)


@pytest.fixture(scope="module")
def duckdb_engine() -> Iterator[Engine]:
    with DuckdbEngine(memory="512MB") as engine:
        yield engine


@pytest.fixture(scope="module")
def clickhouse_engine() -> Iterator[Engine]:
    if importlib.util.find_spec("chdb") is None:
        pytest.skip("chdb is not installed: ClickHouse was not asked")
    with ClickhouseEngine() as engine:
        yield engine


@pytest.fixture(scope="module")
def spark_engine() -> Iterator[Engine]:
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("no pyspark or no Java here: Spark was not asked")
    with SparkEngine() as engine:
        yield engine


@pytest.mark.parametrize("rule_id", list(rules()))
def test_a_rule_describes_itself(rule_id: str) -> None:
    rule = rules()[rule_id]
    unknown = [table for table in rule.tables if table not in TABLES]

    assert faults_of(rule) == []
    assert unknown == []


@pytest.mark.parametrize("rule_id", list(rules()))
def test_golden_cases_show_every_outcome_and_every_exclusion(rule_id: str) -> None:
    rule = rules()[rule_id]
    names = [case.name for case in cases_of(rule)]
    shown = {name.split(":")[0].split(" ")[0] for name in names}

    assert {"hit", "clear", "boundary", "not_computable"} <= shown
    assert sum(name.startswith("exclusion") for name in names) >= len(rule.exclusions)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("rule_id", CHECKING)
def test_a_check_says_what_its_golden_cases_say(rule_id: str) -> None:
    rule = rules()[rule_id]
    assert rule.check is not None
    wrong = []
    cases = [case for case in cases_of(rule) if isinstance(case, CheckCase)]
    for case in cases:
        given = dict.fromkeys(rule.needs) | dict(case.given)
        verdict = rule.check(given, default_values(rule, **case.values))
        facts = {name: verdict.facts.get(name) for name in case.facts}
        amount_fen = verdict.amount_fen if case.amount_fen is not None else None
        said = (verdict.outcome, facts, amount_fen, verdict.action)
        if said != (case.outcome, dict(case.facts), case.amount_fen, case.action):
            wrong.append((case.name, verdict))

    assert cases
    assert wrong == []
    assert rule.check(dict.fromkeys(rule.needs), default_values(rule)).outcome == "not_computable"


@pytest.mark.parametrize("rule_id", SWEEPING)
def test_a_sweep_says_what_its_golden_cases_say(rule_id: str, duckdb_engine: Engine) -> None:
    assert _wrong(rules()[rule_id], duckdb_engine) == []


@pytest.mark.parametrize("rule_id", SWEEPING)
def test_postgresql_says_the_same(rule_id: str, server_url: str) -> None:
    with PostgresqlEngine(server_url, work_memory="16MB") as engine:
        assert _wrong(rules()[rule_id], engine) == []


@pytest.mark.parametrize("rule_id", [rule_id for rule_id in SWEEPING if crc32(rule_id.encode()) % 3 == 0])
def test_clickhouse_says_the_same_of_every_third_rule(rule_id: str, clickhouse_engine: Engine) -> None:
    """Its planner takes seconds for what DuckDB does in none: the other two thirds are long tests."""
    assert _wrong(rules()[rule_id], clickhouse_engine) == []


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("rule_id", SWEEPING)
def test_clickhouse_says_the_same(rule_id: str, clickhouse_engine: Engine) -> None:
    assert _wrong(rules()[rule_id], clickhouse_engine) == []


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("rule_id", SWEEPING)
def test_spark_says_the_same(rule_id: str, spark_engine: Engine) -> None:
    assert _wrong(rules()[rule_id], spark_engine) == []


def _wrong(rule: Rule, engine: Engine) -> list[object]:
    """What differs from the golden cases, by case."""
    wrong: list[object] = []
    cases = [case for case in cases_of(rule) if isinstance(case, SweepCase)]
    assert cases
    for case in cases:
        outcomes, swept = run_sweep_case(rule, case, engine)
        if outcomes != dict(case.outcomes):
            wrong.append((case.name, outcomes))
        hits = {row["subject"]: row for row in swept.hits}
        for subject, columns in case.evidence.items():
            found = {name: hits.get(subject, {}).get(name) for name in columns}
            if found != dict(columns):
                wrong.append((case.name, subject, found))
        for subject, documents in case.documents.items():
            resting = [row["document"] for row in swept.documents if row["subject"] == subject]
            if resting != list(documents):
                wrong.append((case.name, subject, resting))
    return wrong


@pytest.mark.parametrize("rule_id", CHECKING)
def test_a_check_asks_only_for_facts_that_have_a_meaning(rule_id: str) -> None:
    rule = rules()[rule_id]
    known = [FACTS_AT[stage] for stage in rule.stages if stage in FACTS_AT]

    assert [name for name in rule.needs if any(name not in facts for facts in known)] == []
