"""Spark over the same Parquet files: local for tests, a cluster by `SUNMALL_SPARK_MASTER`.

pyspark is not among the product's packages and needs a Java runtime. See docs/analytics.md.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ibis.backends.sql.compilers.pyspark import PySparkCompiler

from supervision.engines.engine import Engine, Row
from supervision.facts import TABLES
from supervision.history_files import files_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TYPES = {"int64": "bigint", "string": "string"}


class SparkEngine(Engine):
    """`folder` as for DuckDB, or an address that the cluster reads; `master` such as "local[2]"."""

    name = "spark"

    def __init__(self, folder: Path | None = None, *, master: str = "local[2]", partitions: int = 4) -> None:
        super().__init__()
        builder = importlib.import_module("pyspark.sql").SparkSession.builder.master(master).appName("sunmall-watch")
        self._session = (
            builder.config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", str(partitions))
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
        self._session.sparkContext.setLogLevel("ERROR")
        if folder is not None:
            for table in TABLES:
                self._open(table, files_of(folder, table))

    def _open(self, table: str, files: list[str]) -> None:
        if files:
            self._session.read.parquet(*files).select(*TABLES[table]).createOrReplaceTempView(table)
        else:
            self.fill(table, ())

    def compile(self, expression: ir.Table) -> str:
        compiler = PySparkCompiler()
        return str(compiler.to_sqlglot(expression).sql(dialect=compiler.dialect))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._session.sql(query).collect()]

    def keep(self, name: str, expression: ir.Table) -> None:
        frame = self._session.sql(self.sql(expression)).cache()
        frame.createOrReplaceTempView(name)

    def forget(self, name: str) -> None:
        self._session.catalog.uncacheTable(name)
        self._session.catalog.dropTempView(name)

    def fill(self, table: str, rows: Sequence[Row]) -> None:
        schema = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in TABLES[table].items())
        values = [[row[name] for name in TABLES[table]] for row in rows]
        self._session.createDataFrame(values, schema).createOrReplaceTempView(table)

    def close(self) -> None:
        self._session.stop()
