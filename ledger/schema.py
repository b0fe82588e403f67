"""Installs the schema "ledger": tables, the posting function, the chart of accounts and who may do what."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, text

from ledger.chart_of_accounts import CHART, Book

_HERE = Path(__file__).parent

# The whole public door: whoever may execute these may change the books, and in no other way.
_POSTING_FUNCTIONS = (
    "ledger.post(integer, integer, text, text, text, date, timestamptz, text, text, text, bigint,"
    " bigint[], smallint[], text[], bigint[])",
    "ledger.open_period(integer, integer, integer, timestamptz, text)",
    "ledger.close_period(integer, integer, integer, timestamptz, text)",
)


def install(connection: Connection, *, app_role: str, without: Collection[Book] = ()) -> None:
    """Create the schema in a database that has none, inside the caller's transaction.

    `app_role` must exist. It may read everything, execute the posting functions and insert budget lines (a line
    carries no money); it may neither insert nor change anything else. The installing role owns the books.
    `without` leaves books out that a later migration brings.
    """
    for name in ("schema.sql", "posting.sql"):
        _run(connection, (_HERE / name).read_text(encoding="utf-8"))
    write_chart(connection, without=without)
    role = connection.dialect.identifier_preparer.quote(app_role)
    _run(connection, "revoke execute on all functions in schema ledger from public")
    _run(connection, f"grant usage on schema ledger to {role}")
    _run(connection, f"grant select on all tables in schema ledger to {role}")
    _run(connection, f"grant insert on ledger.budget_line to {role}")
    _run(connection, f"grant execute on function {', '.join(_POSTING_FUNCTIONS)} to {role}")


def write_chart(connection: Connection, *, without: Collection[Book] = ()) -> None:
    """Bring the table of accounts to what `chart_of_accounts.py` says; a later migration calls it again."""
    connection.execute(
        text(
            "insert into ledger.chart_of_accounts as c"
            " (code, name, book, official_code, name_zh, name_en, normal, guarded, grain, hot)"
            " values (:code, :name, :book, :official_code, :name_zh, :name_en, :normal, :guarded, :grain, :hot)"
            " on conflict (code) do update set official_code = excluded.official_code,"
            " name_zh = excluded.name_zh, name_en = excluded.name_en"
        ),
        [
            {
                "code": int(line.account),
                "name": line.account.name.lower(),
                "book": line.book,
                "official_code": line.official_code,
                "name_zh": line.name_zh,
                "name_en": line.name_en,
                "normal": line.normal,
                "guarded": line.guarded,
                "grain": line.grain,
                "hot": line.hot,
            }
            for line in CHART
            if line.book not in without
        ],
    )


def _run(connection: Connection, statements: str) -> None:
    # Without parameters the driver takes many statements at once and leaves % alone.
    connection.exec_driver_sql(statements, execution_options={"no_parameters": True})
