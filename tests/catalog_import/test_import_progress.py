"""How far a batch is: stations, rows a second, what is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalog_import.import_batch import ImportBatch
from catalog_import.import_progress import progress_of
from mall import clock

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def batch_in(stage: str, **facts: object) -> ImportBatch:
    given = {
        "mode": "partial",
        "header_row": 1,
        "rows_total": 10_000,
        "rows_staged": 0,
        "merged_to_row": 0,
        "counts": {},
    }
    return ImportBatch(stage=stage, **{**given, **facts})


def test_rows_a_second_and_the_rest_come_from_the_present_stage() -> None:
    staging = batch_in("decoded", rows_staged=4_000, stage_since=NOW - timedelta(seconds=2))

    with clock.frozen(NOW):
        progress = progress_of(staging)

    assert (progress.station, progress.rows_done, progress.rows_total) == ("stage", 4_000, 10_000)
    assert (progress.rows_per_second, progress.seconds_left) == (2_000, 3)


def test_merged_rows_do_not_count_the_header() -> None:
    merging = batch_in("merging", rows_staged=10_000, merged_to_row=5_001, stage_since=NOW - timedelta(seconds=10))

    with clock.frozen(NOW):
        progress = progress_of(merging)

    assert (progress.station, progress.rows_done, progress.rows_per_second) == ("merge", 5_000, 500)


@pytest.mark.parametrize(
    ("stage", "since"),
    [
        ("received", NOW - timedelta(seconds=9)),
        ("decoded", None),
        ("decoded", NOW),
        ("merged", NOW - timedelta(hours=1)),
    ],
)
def test_no_speed_is_made_up(stage: str, since: datetime | None) -> None:
    with clock.frozen(NOW):
        progress = progress_of(batch_in(stage, rows_staged=500, stage_since=since))

    assert (progress.rows_per_second, progress.seconds_left) == (None, None)


@pytest.mark.parametrize(
    ("stage", "mode", "faulty", "is_under_way"),
    [
        ("received", "dry-run", 0, True), ("columns", "partial", 0, False), ("merging", "partial", 3, True),
        ("checked", "dry-run", 0, False), ("checked", "partial", 3, True), ("checked", "all-or-nothing", 3, False),
        ("checked", "all-or-nothing", 0, True), ("merged", "partial", 0, False), ("failed", "partial", 0, False),
    ],
)  # fmt: skip
def test_under_way_is_what_goes_on_without_being_asked(
    stage: str, mode: str, faulty: int, *, is_under_way: bool
) -> None:
    assert batch_in(stage, mode=mode, counts={"faulty": faulty}).is_under_way is is_under_way
