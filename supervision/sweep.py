"""The nightly and monthly sweeps: every rule over the history, one after the other, each in its own transaction."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.regions.watch_calendar import day_number
from supervision.engines.engine import Engine, Swept
from supervision.facts import Facts
from supervision.keep_findings import Found, found_from, keep_findings
from supervision.rule import HIT, OUTCOMES, Rule
from supervision.rule_run import RuleRun
from supervision.rule_shelf import rules_at
from supervision.values import Values
from supervision.values_in_force import Rows, mode_in_force, province_code, rows_in_force, values_in_force

_log = structlog.get_logger("watch")

#: (rule, its mode in a region, the category) -> what it may do there
Standing = Callable[[Rule, str, str], str]


@dataclass(frozen=True)
class SweptRule:
    """One rule's night."""

    rule_id: str
    counts: Mapping[str, int]
    new_count: int
    took_ms: int
    failure: str = ""


def sweep_rules(
    engine: Engine,
    *,
    on: date,
    history_digest: str,
    standing: Standing,
    stages: Iterable[str] = ("nightly",),
    only: Iterable[str] = (),
) -> list[SweptRule]:
    """Run every rule of these stages (or `only` these) and keep what they find.

    A rule that fails is noted with its error and does not keep the others from running; what it found before stays.
    """
    wanted = set(only)
    rules = {rule.id: rule for stage in stages for rule in rules_at(stage) if not wanted or rule.id in wanted}
    done = []
    for rule in rules.values():
        try:
            one = _sweep_rule(rule, engine, on=on, history_digest=history_digest, standing=standing)
        except Exception as error:
            _log.exception("watch.rule_failed", rule=rule.id)
            one = _note_failure(rule, engine.name, on=on, history_digest=history_digest, failure=_words(error))
        done.append(one)
        close_reading()
    return done


def _sweep_rule(rule: Rule, engine: Engine, *, on: date, history_digest: str, standing: Standing) -> SweptRule:
    assert rule.find is not None
    # Read once: what is found is kept by the very values and modes that it was looked for with.
    rows = rows_in_force(rule.id, on=on)
    values = values_in_force(rule, on=on, rows=rows)
    facts = Facts(day_number(on))
    begun = time.perf_counter()
    documents = rule.documents(facts, values) if rule.documents is not None else None
    swept = engine.sweep(rule.find(facts, values), documents)
    took_ms = round((time.perf_counter() - begun) * 1000)
    return _keep(
        rule, swept, values, rows=rows, engine_name=engine.name, on=on, history_digest=history_digest,
        standing=standing, took_ms=took_ms,
    )  # fmt: skip


@atomic
def _keep(
    rule: Rule, swept: Swept, values: Values, *, rows: Rows, engine_name: str, on: date, history_digest: str,
    standing: Standing, took_ms: int,
) -> SweptRule:  # fmt: skip
    run = _run(rule, engine_name, on=on, history_digest=history_digest, values=values, counts=swept.counts)
    run.took_ms = took_ms
    session().add(run)
    session().flush()
    found = list(_found(rule, swept, values, rows=rows, on=on, standing=standing))
    stage = "monthly" if "monthly" in rule.stages else "nightly"
    new_count = keep_findings(rule, found, stage=stage, run_id=run.id, on=on, is_whole=True)
    record(actor=SYSTEM, action="rule.sweep", subject=f"rule:{rule.id}",
           facts={"run": run.id, **swept.counts, "new": new_count})  # fmt: skip
    return SweptRule(rule.id, swept.counts, new_count, took_ms)


def _found(rule: Rule, swept: Swept, values: Values, *, rows: Rows, on: date, standing: Standing) -> Iterable[Found]:
    """The hits as they are kept; those of a region in which the rule is switched off are not."""
    resting: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in swept.documents:
        resting[document["subject"]].append(document)
    # Rules about a supplier or a product of the whole province name no region.
    province = province_code()
    modes: dict[int, str] = {}
    for hit in swept.hits:
        region_code = hit["region_code"]
        if region_code not in modes:
            modes[region_code] = mode_in_force(rule, region_code=region_code or province, on=on, rows=rows)
        if modes[region_code] == "off":
            continue
        parameters = {
            name: values.elsewhere.get(name, {}).get(region_code, value) for name, value in values.here.items()
        }
        yield found_from(
            hit,
            standing=standing(rule, modes[region_code], hit["category_code"]),
            documents=resting.get(hit["subject"], []),
            parameters=parameters,
        )


def _run(
    rule: Rule, engine_name: str, *, on: date, history_digest: str, values: Values | None, counts: Mapping[str, int]
) -> RuleRun:
    regional = (
        {name: {str(code): value for code, value in one.items()} for name, one in values.elsewhere.items()}
        if values
        else {}
    )
    return RuleRun(
        rule_id=rule.id,
        rule_version=rule.version,
        on_day=on,
        engine=engine_name,
        parameters={"here": dict(values.here) if values else {}, "elsewhere": regional},
        history_digest=history_digest,
        hit_count=counts[HIT],
        clear_count=counts["clear"],
        not_applicable_count=counts["not_applicable"],
        not_computable_count=counts["not_computable"],
        took_ms=0,
        at=clock.now(),
    )


@atomic
def _note_failure(rule: Rule, engine_name: str, *, on: date, history_digest: str, failure: str) -> SweptRule:
    counts = dict.fromkeys(OUTCOMES, 0)
    run = _run(rule, engine_name, on=on, history_digest=history_digest, values=None, counts=counts)
    run.failure = failure
    session().add(run)
    session().flush()
    record(actor=SYSTEM, action="rule.sweep", subject=f"rule:{rule.id}", result="failed", facts={"run": run.id})
    return SweptRule(rule.id, counts, 0, 0, failure)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
