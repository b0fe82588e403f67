"""The night at size: every sweep over millions of prices, in time, processor seconds and memory, and how they grow.

DuckDB over Parquet for all rules; the three dearest beside DuckDB SQL written by hand in the same run, and on
PostgreSQL over tables of the same rows.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from own_mall import temporary_folder
from process_memory import MIB, forget_peak, own_status
from watch_history import ON_DAY, write_history

from supervision.compute_references import reference_rows
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.facts import Facts
from supervision.rule import Rule
from supervision.rule_shelf import rules
from supervision.rules import prices_above_references
from supervision.values import default_values

MEMORY = "2GB"


def measure_watch(sizes: Sequence[tuple[int, int]], *, only: Sequence[str] = ()) -> dict[str, Any]:
    """`sizes`: (observations, order lines) of each history. Returns the rows of every table shown, and the totals."""
    found: dict[str, Any] = {"watch_rules": [], "watch_totals": []}
    for observations, order_lines in sizes:
        with temporary_folder() as folder:
            begun = time.perf_counter()
            counts = write_history(folder, observations=observations, order_lines=order_lines)
            made_seconds = time.perf_counter() - begun
            rows = _sweep_all(folder, observations=observations, only=only)
            found["watch_rules"] += rows
            found["watch_totals"].append(
                {
                    "observations": counts["price_week"],
                    "order_lines": counts["order_line"],
                    "made_s": round(made_seconds, 1),
                    "rules": len(rows),
                    "wall_s": round(sum(row["wall_s"] for row in rows), 1),
                    "cpu_s": round(sum(row["cpu_s"] for row in rows), 1),
                    "peak_mib": max(row["peak_mib"] for row in rows),
                }
            )
    return found


def _sweep_all(folder: Path, *, observations: int, only: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    with DuckdbEngine(folder, memory=MEMORY, threads=2) as engine:
        engine.rows("select 1")
        rows.append(_measured("reference prices", observations, lambda: engine.rows(_reference_sql(engine))))
        for rule in rules().values():
            if rule.find is not None and (not only or rule.id in only):
                rows.append(_sweep(rule, engine, observations=observations))
                print("  ".join(f"{name}={value}" for name, value in rows[-1].items()), flush=True)
    return rows


def _reference_sql(engine: DuckdbEngine) -> str:
    return engine.sql(reference_rows(Facts(ON_DAY), default_values(prices_above_references.RULE)))


def _sweep(rule: Rule, engine: DuckdbEngine, *, observations: int) -> dict[str, Any]:
    assert rule.find is not None
    facts, values = Facts(ON_DAY), default_values(rule)
    found = rule.find(facts, values)
    documents = rule.documents(facts, values) if rule.documents is not None else None
    kept: dict[str, Any] = {}

    def run() -> None:
        kept.update(engine.sweep(found, documents).counts)

    try:
        row = _measured(rule.id, observations, run)
    except Exception as error:
        return {"rule": rule.id, "observations": observations, "wall_s": 0.0, "cpu_s": 0.0, "peak_mib": 0,
                "failure": f"{type(error).__name__}: {error}"[:200]}  # fmt: skip
    return {**row, **kept}


def _measured(name: str, observations: int, run: Any) -> dict[str, Any]:
    forget_peak()
    before, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    run()
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"rule": name, "observations": observations, "wall_s": round(wall, 2), "cpu_s": round(spent, 2),
            "peak_mib": own_status("VmHWM") * 1024 // MIB}  # fmt: skip
