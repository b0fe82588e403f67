"""The nightly export is exact, writes only what changed, and survives being cut off."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

from mall import clock
from mall.regions.watch_calendar import last_calendar_day, write_calendar
from supervision import export_history as its
from supervision.engines.duckdb_engine import DuckdbEngine
from supervision.engines.postgresql_engine import PostgresqlEngine
from supervision.expressions import number
from supervision.facts import TABLES, table_expression
from supervision.history_files import read_manifest
from tests.conftest import Clone
from tests.world import World


def _export(folder: Path, clone: Clone) -> its.Exported:
    return its.export_history(folder, url=clone.app, watch_key="key", on=clock.today())


def test_the_files_hold_what_the_views_show(world: World, own_database: Clone, tmp_path: Path) -> None:
    write_calendar(until=clock.today())
    _export(tmp_path, own_database)

    with DuckdbEngine(tmp_path) as files, PostgresqlEngine(own_database.app) as database:
        for table in TABLES:
            expression = table_expression(table)
            columns = [name for name in TABLES[table] if not name.endswith(("_key", "key"))]
            shown = expression.select(*columns)
            assert files.table(shown, order_by=columns) == database.table(shown, order_by=columns), table
        listings = files.table(table_expression("listing"), order_by=["listing_id"])

    assert len(listings) == len(world.listings)


def test_a_second_export_of_the_same_rows_writes_nothing(world: World, own_database: Clone, tmp_path: Path) -> None:
    first = _export(tmp_path, own_database)
    second = _export(tmp_path, own_database)

    assert first.written_count > 0
    assert (second.written_count, second.removed_count) == (0, 0)
    assert second.manifest.digest == first.manifest.digest


def test_one_changed_row_writes_its_partition_and_no_other(world: World, own_database: Clone, tmp_path: Path) -> None:
    first = _export(tmp_path, own_database)
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        connection.execute("update listing set stock = 5, sku = 'OTHER' where id = %s", [world.listings["paper"]])

    second = _export(tmp_path, own_database)

    assert (second.written_count, second.removed_count) == (1, 1)
    changed = {table for table in TABLES if first.manifest.tables[table] != second.manifest.tables[table]}
    assert changed == {"listing"}
    assert its.verify_history(tmp_path) == []


def test_an_export_that_is_cut_off_leaves_the_history_as_it_was(
    world: World, own_database: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _export(tmp_path, own_database)
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        connection.execute("update listing set sku = 'OTHER' where id = %s", [world.listings["paper"]])
    with monkeypatch.context() as broken:
        broken.setattr(its, "write_manifest", _fail)
        with pytest.raises(KeyboardInterrupt):
            _export(tmp_path, own_database)

    assert read_manifest(tmp_path) == first.manifest
    assert its.verify_history(tmp_path) == []
    again = _export(tmp_path, own_database)
    whole = its.export_history(tmp_path / "anew", url=own_database.app, watch_key="key", on=clock.today())
    assert again.manifest.digest == whole.manifest.digest
    assert its.verify_history(tmp_path) == []


def _fail(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_file_that_was_touched_is_found(world: World, own_database: Clone, tmp_path: Path) -> None:
    manifest = _export(tmp_path, own_database).manifest
    name, partition = next(iter(manifest.tables["listing"].items()))
    path = tmp_path / "listing" / partition.file
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select * from read_parquet('{path}')")
        connection.execute("update t set price_fen = price_fen + 1 where listing_id = (select min(listing_id) from t)")
        connection.execute(f"copy t to '{path}' (format parquet)")

    assert its.verify_history(tmp_path) == [its.Difference("listing", name, "rows differ")]


def test_people_and_accounts_are_digests_that_another_key_changes(
    world: World, own_database: Clone, tmp_path: Path
) -> None:
    keys = []
    for secret in ("one", "other"):
        its.export_history(tmp_path / secret, url=own_database.app, watch_key=secret, on=clock.today())
        with DuckdbEngine(tmp_path / secret) as engine:
            keys.append({row[0] for row in engine.rows("select key from identity_key where kind = 'phone'")})

    assert all(len(key) == 32 for key in keys[0] | keys[1])
    assert keys[0].isdisjoint(keys[1])


def test_a_week_shows_the_price_that_held_at_its_end(world: World, own_database: Clone) -> None:
    listing_id = world.listings["printer"]
    with psycopg.connect(own_database.admin, autocommit=True) as connection:
        connection.execute("alter table price_change disable trigger price_change_append_only")
        connection.execute("update listing set created_at = now() - interval '40 days' where id = %s", [listing_id])
        connection.execute(
            "update price_change set changed_at = now() - interval '40 days' where listing_id = %s", [listing_id]
        )
        connection.execute(
            "insert into price_change (listing_id, old_price_fen, new_price_fen, changed_at)"
            " values (%s, 118000, 99000, now() - interval '15 days')",
            [listing_id],
        )
    with PostgresqlEngine(own_database.app) as engine:
        weeks = table_expression("price_week").filter(lambda t: number(t.listing_id) == listing_id)
        rows = engine.table(weeks, order_by=["week"])

    changed = (clock.today() - timedelta(days=15) - date(1970, 1, 1)).days
    assert len(rows) >= 6
    assert {row["price_fen"] for row in rows if row["week"] >= (changed + 3) // 7} == {99_000}
    assert {row["price_fen"] for row in rows if row["week"] < (changed + 3) // 7} == {118_000}


def test_the_calendar_counts_working_days(world: World) -> None:
    written = write_calendar(until=date(2026, 11, 29))

    assert written > 2000
    assert write_calendar(until=date(2026, 11, 29)) == 0
    assert last_calendar_day() == (date(2026, 12, 31) - date(1970, 1, 1)).days
