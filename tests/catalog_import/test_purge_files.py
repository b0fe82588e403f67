"""Original files go after their days, and only the bytes: who sent what, and its SHA-256, stays."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from catalog_import.purge_files import purge_files
from catalog_import.run_import import run_batch
from mall import clock
from mall.database import close_reading
from tests.catalog_import.conftest import Dock
from tests.catalog_import.test_run_import import GOODS, csv


def spooled_files(folder: Path) -> list[Path]:
    return sorted((folder / "imports" / "spool").iterdir())


def make_old(folder: Path) -> None:
    """As if the files had been written two days ago."""
    for path in spooled_files(folder):
        os.utime(path, (time.time() - 2 * 86_400,) * 2)


def purge_after(days: int) -> int:
    try:
        with clock.frozen(clock.now() + timedelta(days=days)):
            return purge_files()
    finally:
        close_reading()


PURGED = "select id, purged_at is not null from import_batch order by id"
RECORDS = "select subject, facts->>'sha256', facts->>'deleted' from audit_record where action = 'import.purge'"


def test_file_of_a_finished_batch_goes_after_its_days_and_is_recorded(dock: Dock, tmp_path: Path) -> None:
    dock.bring(csv(GOODS))
    make_old(tmp_path)
    sha256 = spooled_files(tmp_path)[0].name

    early = purge_after(89)
    on_time = purge_after(91)

    assert (early, on_time, purge_after(92)) == (0, 1, 0)
    assert spooled_files(tmp_path) == []
    assert dock.rows(RECORDS) == [("import_batch:1", sha256, "true")]
    assert dock.rows("select sha256, stage from import_batch") == [(sha256, "merged")]
    assert dock.rows("select count(*) from import_row") == [(4,)]


def test_region_may_keep_files_longer(dock: Dock, tmp_path: Path) -> None:
    dock.bring(csv(GOODS))
    make_old(tmp_path)
    dock.rule("import.keep_days", region_code=410100, value=365)

    assert (purge_after(91), purge_after(366)) == (0, 1)


def test_file_that_another_batch_needs_stays(dock: Dock, tmp_path: Path) -> None:
    dock.bring(csv(GOODS), supplier=0)
    with clock.frozen(clock.now() + timedelta(days=60)):
        dock.bring(csv(GOODS), supplier=1)
    make_old(tmp_path)

    assert purge_after(91) == 1
    assert len(spooled_files(tmp_path)) == 1
    assert purge_after(151) == 1
    assert spooled_files(tmp_path) == []


def test_trial_run_nobody_went_on_with_loses_its_file_and_can_still_be_merged(dock: Dock, tmp_path: Path) -> None:
    tried = dock.bring(csv(GOODS), mode="dry-run")
    make_old(tmp_path)

    assert purge_after(91) == 1
    assert run_batch(actor=dock.actor(), batch_id=tried.batch_id, mode="partial").stage == "merged"


def test_batch_under_way_keeps_its_file(dock: Dock, tmp_path: Path) -> None:
    dock.receive(csv(GOODS))
    make_old(tmp_path)

    assert purge_after(400) == 0
    assert len(spooled_files(tmp_path)) == 1


def test_same_file_sent_again_just_now_is_not_taken_from_under_it(dock: Dock, tmp_path: Path) -> None:
    dock.bring(csv(GOODS))

    assert purge_after(91) == 1
    assert len(spooled_files(tmp_path)) == 1
    make_old(tmp_path)
    assert purge_after(92) == 0
    assert spooled_files(tmp_path) == []


def test_leavings_of_broken_uploads_go_after_a_day(dock: Dock, tmp_path: Path) -> None:
    dock.bring(csv(GOODS))
    folder = tmp_path / "imports" / "spool"
    (folder / "0123.part").write_bytes(b"half")
    (folder / ("a" * 64)).write_bytes(b"refused")
    kept = [path.name for path in spooled_files(tmp_path) if path.name not in ("0123.part", "a" * 64)]

    purge_after(0)
    assert len(spooled_files(tmp_path)) == 3
    make_old(tmp_path)
    purge_after(0)

    assert [path.name for path in spooled_files(tmp_path)] == kept
