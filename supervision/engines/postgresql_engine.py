"""PostgreSQL itself, over the views of the schema `watch`: needs no export, and takes the database's time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg
from ibis.backends.sql.compilers.postgres import PostgresCompiler
from psycopg.types.numeric import IntLoader

from supervision.engines.engine import Engine, Row
from supervision.facts import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

_TYPES = {"int64": "bigint", "string": "text"}


class PostgresqlEngine(Engine):
    """`url`: of a role that may read the schema `watch` and make temporary tables. One transaction, one snapshot."""

    name = "postgresql"

    def __init__(self, url: str, *, work_memory: str = "256MB") -> None:
        super().__init__()
        self._connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1))
        # A sum of 64-bit integers is a numeric here; it is a whole number all the same.
        self._connection.adapters.register_loader("numeric", IntLoader)
        self._connection.execute("set transaction isolation level repeatable read")
        self._connection.execute(f"set local work_mem = '{work_memory}'")
        self._connection.execute("set local search_path = pg_temp, watch")
        self._connection.execute("set local statement_timeout = 0")
        self._connection.execute("set local idle_in_transaction_session_timeout = 0")

    @property
    def connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        """For whoever fills tables by COPY."""
        return self._connection

    def compile(self, expression: ir.Table) -> str:
        compiler = PostgresCompiler()
        return str(compiler.to_sqlglot(expression).sql(dialect=compiler.dialect))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]

    def keep(self, name: str, expression: ir.Table) -> None:
        self._connection.execute(f"create temporary table {name} on commit drop as {self.sql(expression)}")  # type: ignore[call-overload]

    def forget(self, name: str) -> None:
        if self._connection.info.transaction_status != psycopg.pq.TransactionStatus.INERROR:
            self._connection.execute(f"drop table if exists pg_temp.{name}")  # type: ignore[call-overload]

    def fill(self, table: str, rows: Sequence[Row]) -> None:
        columns = ", ".join(f"{name} {_TYPES[kind]} not null" for name, kind in TABLES[table].items())
        self._connection.execute(f"drop table if exists pg_temp.{table}")  # type: ignore[call-overload]
        self._connection.execute(f"create temporary table {table} ({columns}) on commit drop")  # type: ignore[call-overload]
        names = list(TABLES[table])
        with self._connection.cursor() as cursor, cursor.copy(f"copy {table} from stdin") as copy:  # type: ignore[call-overload]
            for row in rows:
                copy.write_row([row[name] for name in names])

    def close(self) -> None:
        self._connection.rollback()
        self._connection.close()
