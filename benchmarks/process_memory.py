"""Memory of processes and their children: resident, and the share that is really theirs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

MIB = 1024 * 1024


def memory_of(roots: dict[str, int]) -> list[dict[str, Any]]:
    """One row per process below each root: {name, what, pid, rss_mib, pss_mib}; PSS only where we may read it."""
    rows = []
    for name, pid in roots.items():
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                rss = process.memory_info().rss / MIB
                words = " ".join(process.cmdline())[:60]
                pss = _pss(process)
            except psutil.NoSuchProcess:
                continue
            rows.append({"name": name, "pid": process.pid, "rss_mib": round(rss, 1), "pss_mib": pss, "what": words})
    return rows


def totals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per name: how many processes and the sum of their PSS, which may be added up; RSS may not."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(row["name"], {"name": row["name"], "processes": 0, "pss_mib": 0.0})
        one["processes"] += 1
        one["pss_mib"] = round(one["pss_mib"] + (row["pss_mib"] or 0), 1)
    return list(found.values())


def _pss(process: psutil.Process) -> float | None:
    try:
        return round(process.memory_full_info().pss / MIB, 1)
    except (psutil.AccessDenied, AttributeError):
        return None


def forget_peak() -> int:
    """From now on VmHWM counts anew; returns what this process holds, in KiB."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return own_status("VmRSS")


def own_status(name: str) -> int:
    """A line of /proc/self/status in KiB, 0 where there is none."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0
