"""The nightly export: the views of the schema `watch` as Parquet files, partitioned by day, exact and restartable.

Every table is read whole, all in one snapshot of the database, and cut into partitions; only partitions whose rows
have another digest than last night are written. So nothing that changed can be missed, whenever and by whatever it
was changed, and a second export of the same rows writes nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.regions.watch_calendar import day_number
from supervision.facts import DAY_OF, TABLES
from supervision.history_files import Manifest, Partition, flush_folder, read_manifest, write_manifest
from supervision.rule_run import NightlyExport

_TYPES = {"int64": "BIGINT", "string": "VARCHAR"}
_WHOLE = "all"
_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Exported:
    """What an export did: its manifest, and how many partitions it had to write."""

    manifest: Manifest
    written_count: int
    removed_count: int


def export_history(folder: Path, *, url: str, watch_key: str, on: date) -> Exported:
    """Bring the files below `folder` up to the database's rows of this moment.

    `url`: of a role that may read the schema `watch`; `watch_key`: the secret of the digests of people and accounts.
    Raises psycopg.Error where the database cannot be read; the history is then as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spool = folder / "spool"
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir(mode=0o700)
    before = read_manifest(folder)
    known = before.tables if before is not None else {}
    tables: dict[str, dict[str, Partition]] = {}
    written = 0
    try:
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
            _open_snapshot(connection, watch_key=watch_key)
            for table in TABLES:
                rows = spool / f"{table}.csv"
                _copy_out(connection, table, rows)
                tables[table], count = _write_table(folder, table, rows, known=known.get(table, {}))
                written += count
                rows.unlink()
    finally:
        shutil.rmtree(spool, ignore_errors=True)
    manifest = Manifest(on_day=day_number(on), tables=tables)
    write_manifest(folder, manifest)
    return Exported(manifest, written, _remove_old(folder, manifest))


def _open_snapshot(connection: psycopg.Connection, *, watch_key: str) -> None:
    connection.execute("set transaction isolation level repeatable read read only")
    connection.execute("set local statement_timeout = 0")
    connection.execute("set local idle_in_transaction_session_timeout = 0")
    connection.execute("select set_config('sunmall.watch_key', %s, true)", [watch_key])


def _copy_out(connection: psycopg.Connection, table: str, path: Path) -> None:
    names = sql.SQL(", ").join(sql.Identifier(name) for name in TABLES[table])
    query = sql.SQL("copy (select {} from {}) to stdout (format csv)").format(names, sql.Identifier("watch", table))
    with connection.cursor() as cursor, cursor.copy(query) as copy, path.open("wb") as file:
        for piece in copy:
            file.write(piece)


def _write_table(
    folder: Path, table: str, rows: Path, *, known: dict[str, Partition] | object
) -> tuple[dict[str, Partition], int]:
    """Cut one table's rows into partitions and write those that are new. Returns the partitions and how many."""
    assert isinstance(known, dict)
    columns = TABLES[table]
    home = folder / table
    home.mkdir(exist_ok=True)
    by = DAY_OF.get(table)
    partition = f"{by}::varchar" if by else f"'{_WHOLE}'"
    typed = ", ".join(f"'{name}': '{_TYPES[kind]}'" for name, kind in columns.items())
    found: dict[str, Partition] = {}
    count = 0
    with duckdb.connect(config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute(f"set temp_directory = '{rows.parent}'")
        connection.execute("set preserve_insertion_order = false")
        if rows.stat().st_size == 0:
            return {}, 0
        source = f"read_csv('{rows}', header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"'"
        connection.execute(f"create table whole as select * from {source}, columns = {{{typed}}}, nullstr = '\\N')")
        for name, row_count, digest in connection.execute(_digests(table, partition)).fetchall():
            file = f"{name}-{digest}.parquet"
            old = known.get(name)
            found[name] = Partition(row_count=row_count, digest=digest, file=file)
            if old is None or old.digest != digest or not (home / file).exists():
                _write_partition(connection, home / file, table=table, partition=partition, name=name)
                count += 1
    if count:
        flush_folder(home)
    return found, count


def _digests(table: str, partition: str) -> str:
    """Rows and digest of each partition: the sum of the rows' hashes, which knows no order."""
    parts = ", ".join(f"{name}::varchar" for name in TABLES[table])
    return (
        f"select {partition} as name, count(*), printf('%x', sum(md5_number_lower(concat_ws(chr(31), {parts}))"
        f"::hugeint) % 1152921504606846976::hugeint) from whole group by 1 order by 1"
    )


def _write_partition(
    connection: duckdb.DuckDBPyConnection, path: Path, *, table: str, partition: str, name: str
) -> None:
    draft = path.with_suffix(".new")
    key = next(iter(TABLES[table]))
    connection.execute(
        f"copy (select * from whole where {partition} = '{name}' order by {key})"
        f" to '{draft}' (format parquet, compression zstd)"
    )
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.replace(path)


def _remove_old(folder: Path, manifest: Manifest) -> int:
    """Files that no manifest names any more. A sweep that reads them has them open, or begins anew."""
    removed = 0
    for table in TABLES:
        named = {one.file for one in manifest.tables.get(table, {}).values()}
        for path in (folder / table).glob("*"):
            if path.name not in named:
                path.unlink()
                removed += 1
    return removed


@dataclass(frozen=True)
class Difference:
    """A partition whose file does not hold what the manifest says, or what the database has now."""

    table: str
    partition: str
    what: str


def verify_history(folder: Path, *, say: Callable[[str], None] = lambda line: None) -> list[Difference]:
    """Read every file again and hold its rows against the manifest."""
    manifest = read_manifest(folder)
    if manifest is None:
        return [Difference("", "", "no export")]
    differences = []
    for table, partitions in manifest.tables.items():
        for name, one in partitions.items():
            path = folder / table / one.file
            if not path.exists():
                differences.append(Difference(table, name, "file is missing"))
                continue
            with duckdb.connect() as connection:
                try:
                    connection.execute(f"create table whole as select * from read_parquet('{path}')")
                    found = connection.execute(_digests(table, f"'{name}'")).fetchall()
                except duckdb.Error:
                    differences.append(Difference(table, name, "file cannot be read"))
                    continue
            if [(row[1], row[2]) for row in found] != [(one.row_count, one.digest)]:
                differences.append(Difference(table, name, "rows differ"))
        say(f"{table}: {len(partitions)}")
    return differences


@atomic
def note_export(exported: Exported, *, started_at: datetime) -> NightlyExport:
    """Keep that an export was made, and of what."""
    counts = {table: exported.manifest.row_count(table) for table in exported.manifest.tables}
    row = NightlyExport(
        on_day=clock.today(),
        digest=exported.manifest.digest,
        row_counts=counts,
        written_count=exported.written_count,
        started_at=started_at,
        ended_at=clock.now(),
    )
    session().add(row)
    session().flush()
    facts = {"digest": row.digest, "written_count": row.written_count}
    record(actor=SYSTEM, action="history.export", subject=f"nightly_export:{row.id}", facts=facts)
    return row
