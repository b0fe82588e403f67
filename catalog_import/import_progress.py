"""How far a batch is, in the words and figures that its page shows while the work goes on."""

from __future__ import annotations

from dataclasses import dataclass

from catalog_import.import_batch import ImportBatch
from mall import clock

#: The road of a batch as its sender sees it, and the stages that mean one is at that station.
STATIONS: dict[str, tuple[str, ...]] = {
    "read": ("received", "columns"),
    "stage": ("decoded",),
    "compare": ("staged",),
    "decide": ("checked",),
    "merge": ("merging",),
    "done": ("merged",),
}


@dataclass(frozen=True)
class Progress:
    """`rows_per_second` and `seconds_left` are None where nothing can be said yet; `rows_total` is 0 while unknown."""

    station: str
    rows_done: int
    rows_total: int
    rows_per_second: int | None
    seconds_left: int | None


def progress_of(found: ImportBatch) -> Progress:
    """Where the batch is now; a failed one stands where reading ended."""
    station = next((name for name, stages in STATIONS.items() if found.stage in stages), "read")
    done, total = found.rows_done, max(found.rows_total, 0)
    rate = _rate(found) if station in ("stage", "merge") else None
    left = max(total - done, 0)
    return Progress(
        station=station,
        rows_done=done,
        rows_total=total,
        rows_per_second=rate,
        seconds_left=-(-left // rate) if rate and total else None,
    )


def _rate(found: ImportBatch) -> int | None:
    """Rows a second since the stage began; waiting for the worker counts, for the sender waits too."""
    if found.stage_since is None or not found.rows_done:
        return None
    seconds = (clock.now() - found.stage_since).total_seconds()
    return max(round(found.rows_done / seconds), 1) if seconds >= 1 else None
