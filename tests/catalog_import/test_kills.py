"""The dock and the index under SIGKILL: real processes, killed at every commit, at named points and at random."""

from __future__ import annotations

import random
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from catalog_import import spool
from catalog_import.decode_file import decode_file
from mall.crash_point import (
    AFTER_ANY_COMMIT,
    BEFORE_ANY_COMMIT,
    BETWEEN_DELIVERIES,
    INDEX_NOT_CURRENT,
    INDEXED_NOT_STRUCK_OFF,
)
from tests.catalog_import.conftest import Dock
from tests.catalog_import.drill import FAULTY_EVERY, Drill, goods
from tests.conftest import Clone

ROWS = 6_000
RANDOM_KILLS = 25
DONE_WITH_FAULTS = 1


@pytest.fixture
def drill(dock: Dock, own_database: Clone, tmp_path: Path) -> Drill:
    return Drill(dock, clone=own_database, folder=tmp_path)


def standing(dock: Dock, supplier: int) -> dict[str, list[tuple[object, ...]]]:
    """All that an import leaves behind for this supplier, without the numbers of rows."""
    here = dock.supplier_ids[supplier]
    return {
        "listings": dock.rows(
            "select sku, name, price_fen, unit, pack_size, stock, state, version, supplier_category"
            f" from listing where supplier_id = {here} order by sku"
        ),
        "prices": dock.rows(
            "select sku, old_price_fen, new_price_fen from price_change c join listing l on l.id = c.listing_id"
            f" where supplier_id = {here} order by 1, 2, 3"
        ),
        "rows": dock.rows(
            "select row_number, outcome, codes, r.sku from import_row r join import_batch b on b.id = r.batch_id"
            f" where b.supplier_id = {here} order by 1"
        ),
        "batches": dock.rows(
            "select stage, rows_staged, merged_to_row, listings_touched, counts::text"
            f" from import_batch where supplier_id = {here} order by id"
        ),
        "told": dock.rows(
            "select jsonb_array_length(payload->'listing_ids') from outbox_event e join import_batch b"
            f" on e.document = 'import_batch:' || b.id where b.supplier_id = {here} order by e.id"
        ),
    }


@pytest.fixture
def uninterrupted(drill: Drill, tmp_path: Path) -> tuple[Path, dict[str, list[tuple[object, ...]]]]:
    """The file, and what it leaves behind where nobody is killed."""
    file = tmp_path / "goods.csv"
    file.write_bytes(goods(ROWS))
    assert drill.run(*drill.import_arguments(file, supplier=1)) == DONE_WITH_FAULTS, drill.said()
    whole = standing(drill.dock, 1)
    assert len(whole["rows"]) == ROWS and len(whole["listings"]) == ROWS - ROWS // FAULTY_EVERY
    return file, whole


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", [AFTER_ANY_COMMIT, BEFORE_ANY_COMMIT])
def test_import_killed_at_every_commit_ends_like_an_uninterrupted_one(
    drill: Drill, uninterrupted: tuple[Path, dict[str, list[tuple[object, ...]]]], point: str
) -> None:
    file, whole = uninterrupted
    here = drill.dock.supplier_ids[0]
    died_in: list[str] = []
    standing_of_batch = f"select stage, rows_staged, merged_to_row from import_batch where supplier_id = {here}"
    before, coming = drill.dock.rows(standing_of_batch), 1
    while (ended := drill.die_at(point, coming, *drill.import_arguments(file))) == -signal.SIGKILL:
        if point == BEFORE_ANY_COMMIT:
            # This transaction is lost: let it pass once, and die right after it.
            assert drill.die_at(AFTER_ANY_COMMIT, coming, *drill.import_arguments(file)) == -signal.SIGKILL
        now = drill.dock.rows(standing_of_batch)
        died_in.append(str(now))
        # A command that goes on where another one died commits what it finds again; death comes later until it gets on.
        coming = coming + 1 if now == before else 1
        before = now
    drill.forget(point)

    assert ended == DONE_WITH_FAULTS, drill.said()
    for stage in ("received", "decoded", "staged", "checked", "merging", "merged"):
        assert any(stage in seen for seen in died_in) or (point, stage) == (BEFORE_ANY_COMMIT, "merged"), died_in
    assert standing(drill.dock, 0) == whole


@pytest.mark.long
@pytest.mark.timeout(900)
def test_import_killed_at_random_ends_like_an_uninterrupted_one(
    drill: Drill, uninterrupted: tuple[Path, dict[str, list[tuple[object, ...]]]]
) -> None:
    file, whole = uninterrupted
    chance = random.Random(20260615)
    kills = 0
    for kill in range(RANDOM_KILLS):
        # Nearly every run dies before it ends; each begins where the one before it was stopped.
        process = drill.start(*drill.import_arguments(file))
        try:
            process.wait(0.3 + 1.7 * chance.random() + kill / 10)
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1

    assert drill.run(*drill.import_arguments(file)) == DONE_WITH_FAULTS, drill.said()
    assert kills >= 5
    assert standing(drill.dock, 0) == whole


def test_a_child_that_outlived_its_parent_writes_into_nobodys_blocks(dock: Dock, tmp_path: Path) -> None:
    received = dock.receive(goods(20))
    folder = spool.blocks_folder(received.batch_id)
    left_over = folder.with_name(f"{folder.name}.child-0a0b0c0d")
    left_over.mkdir()
    (left_over / "block_00000.arrow").write_bytes(b"half a block")
    (sha256,) = dock.rows("select sha256 from import_batch")[0]

    decoded = decode_file(spool.spooled(str(sha256)), feed="csv", folder=folder)

    assert decoded.rows == 21
    assert not left_over.exists()
    assert [entry.name for entry in folder.parent.iterdir() if entry.is_dir()] == [folder.name]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_index_misses_nothing_whenever_the_worker_is_killed(drill: Drill, tmp_path: Path) -> None:
    dock = drill.dock
    dock.bring(goods(600), supplier=1)
    with drill.worker() as worker:
        drill.wait_for(drill.is_all_told, process=worker)
    on_shelf = "select count(*) from listing where state = 'on_shelf'"
    assert drill.compare_index().compared == dock.rows(on_shelf)[0][0] > 500
    chance = random.Random(4)
    killed = 0

    for number, point in enumerate(
        [INDEXED_NOT_STRUCK_OFF, BETWEEN_DELIVERIES, AFTER_ANY_COMMIT, BEFORE_ANY_COMMIT, ""] * 3
    ):
        dock.bring(goods(600, price_fen=1_000 - 10 * (number + 1)), supplier=1)
        if point:
            drill.lay(point)
        process = drill.start("worker")
        try:
            process.wait(30 if point else 0.8 + chance.random())
        except subprocess.TimeoutExpired:
            process.kill()
            assert not point, f"nobody came by {point}"
        assert process.wait() == -signal.SIGKILL, drill.said()
        killed += 1

    with drill.worker() as worker:
        drill.wait_for(drill.is_all_told, process=worker)
    report = drill.compare_index()
    assert killed == 15
    assert (report.findings, report.waiting) == ((), 0)
    assert report.compared == dock.rows(on_shelf)[0][0]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_rebuild_killed_before_the_new_index_is_current_leaves_the_old_one(drill: Drill) -> None:
    dock = drill.dock
    dock.bring(goods(300), supplier=1)
    assert drill.run("index", "build") == 0, drill.said()
    before = drill.compare_index()
    dock.bring(goods(600), supplier=2)

    drill.lay(INDEX_NOT_CURRENT)
    assert drill.run("index", "build") == -signal.SIGKILL, drill.said()

    held = drill.compare_index()
    assert before.findings == held.stale == held.surplus == ()
    with drill.worker() as worker:
        drill.wait_for(drill.is_all_told, process=worker)
    assert (drill.compare_index().findings, drill.compare_index().waiting) == ((), 0)
    assert drill.run("index", "build") == 0, drill.said()
    assert drill.compare_index().findings == ()
    generations = list((drill.folder / "search").rglob("meta.json"))
    assert len(generations) <= 2, "what a killed rebuild had begun is cleared away"


def test_drill_without_its_negative_control_proves_nothing(dock: Dock, own_database: Clone) -> None:
    """One event told twice, as a batch would that forgot how far it came: `standing` must see it."""
    dock.bring(goods(120), supplier=0)
    dock.bring(goods(120), supplier=1)
    assert standing(dock, 0) == standing(dock, 1)

    with psycopg.connect(own_database.admin) as connection:
        connection.execute(
            "insert into outbox_event (name, document, payload, happened_at)"
            " select name, document, payload, happened_at from outbox_event where document = 'import_batch:1' limit 1"
        )

    assert standing(dock, 0) != standing(dock, 1)
