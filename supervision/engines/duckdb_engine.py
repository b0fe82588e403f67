"""DuckDB in this process, over the Parquet files of the nightly export: the default."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

from supervision.engines.engine import Engine, Row
from supervision.facts import TABLES
from supervision.history_files import files_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TYPES = {"int64": "BIGINT", "string": "VARCHAR"}


class DuckdbEngine(Engine):
    """`folder`: the export, one folder per table; without one the engine has only the tables that `fill` makes."""

    name = "duckdb"

    def __init__(self, folder: Path | None = None, *, memory: str = "2GB", threads: int = 2) -> None:
        super().__init__()
        self._connection = duckdb.connect(config={"memory_limit": memory, "threads": threads})
        self._connection.execute("set preserve_insertion_order = false")
        # In 2.0.1 this optimizer gave columns of nested joins silently wrong values (64 for 5,000,000): a golden case
        # of funds.real_account shows it.
        self._connection.execute("set disabled_optimizers = 'projection_pullup'")
        if folder is not None:
            self._connection.execute(f"set temp_directory = '{folder / 'spill'}'")
            for table in TABLES:
                self._open(table, files_of(folder, table))

    def _open(self, table: str, files: list[str]) -> None:
        if files:
            listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
            columns = ", ".join(TABLES[table])
            self._connection.execute(f"create view {table} as select {columns} from read_parquet([{listed}])")
        else:
            self._make(table)

    def _make(self, table: str) -> None:
        columns = ", ".join(f"{name} {_TYPES[kind]} not null" for name, kind in TABLES[table].items())
        self._connection.execute(f"create or replace temp table {table} ({columns})")

    def compile(self, expression: ir.Table) -> str:
        compiler = DuckDBCompiler()
        return str(compiler.to_sqlglot(expression).sql(dialect=compiler.dialect))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def keep(self, name: str, expression: ir.Table) -> None:
        self._connection.execute(f"create or replace temp table {name} as {self.sql(expression)}")

    def forget(self, name: str) -> None:
        self._connection.execute(f"drop table if exists temp.{name}")

    def fill(self, table: str, rows: Sequence[Row]) -> None:
        self._make(table)
        if rows:
            names = list(TABLES[table])
            marks = ", ".join("?" for _ in names)
            values = [[row[name] for name in names] for row in rows]
            self._connection.executemany(f"insert into {table} values ({marks})", values)

    def close(self) -> None:
        self._connection.close()
