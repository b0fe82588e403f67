"""ClickHouse in this process (chdb), over the same Parquet files; a cluster reads them from its own storage.

chdb is not among the product's packages: `pip install chdb`. See docs/analytics.md.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ibis.backends.sql.compilers.clickhouse import ClickHouseCompiler

from supervision.engines.engine import Engine, Row
from supervision.facts import TABLES
from supervision.history_files import files_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TYPES = {"int64": "Int64", "string": "String"}
# A join's missing side is null as everywhere else, and integers stay signed. Functions stay before a sort: moved behind
# it, the planner of version 26 merges them back and moves them again until it gives up (error 572).
_SETTINGS = "settings join_use_nulls = 1, query_plan_execute_functions_after_sorting = 0"


class ClickhouseEngine(Engine):
    """`folder` as for DuckDB. One engine at a time in a process: chdb has one server."""

    name = "clickhouse"

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._session = importlib.import_module("chdb.session").Session()
        self._run("create database if not exists sweeps")
        if folder is not None:
            for table in TABLES:
                self._open(table, files_of(folder, table))

    def _open(self, table: str, files: list[str]) -> None:
        columns = ", ".join(TABLES[table])
        if files:
            listed = ",".join(Path(file).name for file in files)
            source = f"file('{Path(files[0]).parent}/{{{listed}}}', Parquet)"
            self._run(f"create or replace view sweeps.{table} as select {columns} from {source}")
        else:
            self.fill(table, ())

    def _run(self, query: str) -> str:
        return str(self._session.query(query, "JSONCompactEachRow"))

    def compile(self, expression: ir.Table) -> str:
        compiler = ClickHouseCompiler()
        return str(compiler.to_sqlglot(expression).sql(dialect=compiler.dialect))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        self._run("use sweeps")
        answer = self._run(f"{query} {_SETTINGS}, output_format_json_quote_64bit_integers = 0")
        return [tuple(json.loads(line)) for line in answer.splitlines() if line]

    def keep(self, name: str, expression: ir.Table) -> None:
        self._run("use sweeps")
        self._run(f"create or replace table {name} engine = Memory as {self.sql(expression)} {_SETTINGS}")

    def forget(self, name: str) -> None:
        self._run(f"drop table if exists sweeps.{name}")

    def fill(self, table: str, rows: Sequence[Row]) -> None:
        columns = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in TABLES[table].items())
        self._run(f"create or replace table sweeps.{table} ({columns}) engine = Memory")
        if rows:
            lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            self._run(f"insert into sweeps.{table} format JSONEachRow {lines}")

    def close(self) -> None:
        self._session.close()
