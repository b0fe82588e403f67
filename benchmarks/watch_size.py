"""The night at size: every sweep over millions of prices, in time, processor seconds and memory, and how they grow.

DuckDB over Parquet for all rules; the three dearest beside DuckDB SQL written by hand in the same run, and on
PostgreSQL over tables of the same rows.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from own_mall import temporary_folder
from process_memory import MIB, forget_peak, own_status
from watch_by_hand import BY_HAND, by_hand
from watch_history import ON_DAY, write_history

from supervision.compute_references import reference_rows
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.engines.postgresql_engine import PostgresqlEngine
from supervision.facts import Facts
from supervision.rule import OUTCOMES, Rule
from supervision.rule_shelf import rules
from supervision.rules import prices_above_references
from supervision.values import default_values

MEMORY = "2GB"


def measure_watch(
    sizes: Sequence[tuple[int, int]], *, only: Sequence[str] = (), postgresql_url: str = ""
) -> dict[str, Any]:
    """`sizes`: (observations, order lines) of each history, the largest last. With `postgresql_url` the dearest three
    are run there, too, over tables of the last history. Returns the rows of every table shown, and the totals."""
    found: dict[str, Any] = {"watch_rules": [], "watch_totals": [], "watch_by_hand": []}
    for place, (observations, order_lines) in enumerate(sizes, start=1):
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
                    "rules": len(rows) - 1,
                    "wall_s": round(sum(row["wall_s"] for row in rows), 1),
                    "cpu_s": round(sum(row["cpu_s"] for row in rows), 1),
                    "peak_mib": max(row["peak_mib"] for row in rows),
                    "failures": sum("failure" in row for row in rows),
                }
            )
            found["watch_by_hand"] += _beside_hand(folder, observations=observations)
            if postgresql_url and place == len(sizes):
                found["watch_postgresql"] = _on_postgresql(folder, postgresql_url)
    return found


def _beside_hand(folder: Path, *, observations: int) -> list[dict[str, Any]]:
    """The dearest three as the shelf has them and as SQL written by hand, on fresh connections in turn."""
    rows = []
    for name in BY_HAND:
        with DuckdbEngine(folder, memory=MEMORY, threads=2) as engine:
            own = _sweep(rules()[name], engine, observations=observations)
        with DuckdbEngine(folder, memory=MEMORY, threads=2) as engine:
            told: list[Any] = []
            query = by_hand(name, on_day=ON_DAY)
            hand = _measured(name, observations, partial(_tell, engine, query, told))
        counts = {outcome: count for outcome, count, _money in told}
        rows.append(
            {
                "rule": name,
                "observations": observations,
                "rule_cpu_s": own["cpu_s"],
                "hand_cpu_s": hand["cpu_s"],
                "rule_wall_s": own["wall_s"],
                "hand_wall_s": hand["wall_s"],
                "rule_peak_mib": own["peak_mib"],
                "hand_peak_mib": hand["peak_mib"],
                "same": all(own.get(outcome, 0) == counts.get(outcome, 0) for outcome in OUTCOMES),
            }
        )
    return rows


def _tell(engine: DuckdbEngine, query: str, told: list[Any]) -> None:
    told.extend(engine.rows(query))


def _on_postgresql(folder: Path, url: str) -> list[dict[str, Any]]:
    """The same three on PostgreSQL, over temporary tables of the same rows; its own processor time is not ours."""
    rows = []
    with PostgresqlEngine(url) as engine:
        begun = time.perf_counter()
        for table in ("price_week", "order_line"):
            engine.fill(table, ())
            _copy_in(engine, folder, table)
        rows.append({"rule": "COPY in and ANALYZE", "wall_s": round(time.perf_counter() - begun, 1)})
        for name in BY_HAND:
            rule = rules()[name]
            assert rule.find is not None
            begun = time.perf_counter()
            swept = engine.sweep(rule.find(Facts(ON_DAY), default_values(rule)))
            rows.append({"rule": name, "wall_s": round(time.perf_counter() - begun, 1), **swept.counts})
    return rows


def _copy_in(engine: PostgresqlEngine, folder: Path, table: str) -> None:
    rows = folder / f"{table}.csv"
    with DuckdbEngine(folder) as files:
        files.rows(f"copy (select * from {table}) to '{rows}' (format csv, header false)")
    load = f"copy {table} from stdin (format csv)"
    with engine.connection.cursor() as cursor, cursor.copy(load) as copy, rows.open("rb") as file:
        while piece := file.read(1 << 20):
            copy.write(piece)
    engine.connection.execute(f"analyze {table}")
    rows.unlink()


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
