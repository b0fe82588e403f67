"""Figures as a person reads them on the terminal, and as JSON for comparing runs."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

RESULTS = Path(__file__).with_name("results")


def percentile(values: Sequence[float], per_cent: int) -> float:
    """The value below which so many per cent lie; 0.0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * per_cent // 100)]


def latency(seconds: Sequence[float]) -> dict[str, float]:
    """Median and p95 in milliseconds."""
    median = statistics.median(seconds) if seconds else 0.0
    return {"median_ms": round(median * 1000, 1), "p95_ms": round(percentile(seconds, 95) * 1000, 1)}


def machine() -> dict[str, Any]:
    """What it ran on, and how busy that was with other things."""
    names = [line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = [line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_mib": int(memory[0]) // 1024 if memory else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_average_before": [round(value, 2) for value in os.getloadavg()],
        "commit": _commit(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def server_seconds(server: psutil.Process) -> float:
    """Processor time of a PostgreSQL server's processes so far, also of those that have ended.

    On a machine that others use too it says what a deed costs, when the clock on the wall cannot.
    """
    times = server.cpu_times()
    seconds = times.children_user + times.children_system
    for process in server.children():
        with suppress(psutil.Error):
            seconds += sum(process.cpu_times()[:2])
    return seconds


def say_table(title: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print rows with the same keys as a table."""
    print(f"\n{title}")
    if not rows:
        print("  (nothing)")
        return
    names = list(rows[0])
    texts = [[_text(row.get(name, "")) for name in names] for row in rows]
    widths = [max(len(name), *(len(line[column]) for line in texts)) for column, name in enumerate(names)]
    print("  " + "  ".join(name.ljust(width) for name, width in zip(names, widths, strict=True)))
    for line in texts:
        print("  " + "  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)), flush=True)


def keep(results: dict[str, Any]) -> Path:
    """Write the results under their time of day; returns the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _commit() -> str:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=RESULTS.parent, check=False
        )
    except OSError:
        return ""
    return found.stdout.strip()
