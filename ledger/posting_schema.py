"""Brings the functions and constraints of an installed schema "ledger" to what the SQL files here say of postings."""

import re
from pathlib import Path

from sqlalchemy import Connection

POSTING_SQL = Path(__file__).with_name("posting.sql")

_FUNCTION = re.compile(
    r"^create function (ledger\.\w+\(.*?(?:as \$\$.*?\$\$|\nreturn .*?));$", re.DOTALL | re.MULTILINE
)
# Now asked by ledger.post; as CHECKs they were parsed anew at every posting.
_ASKED_WHEN_POSTING = (
    ("account", ("account_seq_check", "account_normal_check")),
    (
        "txn",
        (
            "txn_source_type_check",
            "txn_source_id_check",
            "txn_event_check",
            "txn_actor_check",
            "txn_posted_in_our_time",
        ),
    ),
    ("entry", ("entry_check",)),
)


def replace_posting(connection: Connection) -> None:
    """Put the functions of posting.sql in the place of older ones, inside the caller's transaction.

    Names and arguments stay, and with them the rights of whoever may call them; a new function is nobody's but the
    owner's. In a database that has them already nothing changes.
    """
    statements = [f"create or replace function {text};" for text in _FUNCTION.findall(POSTING_SQL.read_text("utf-8"))]
    statements.append("revoke execute on function ledger.account_traits(smallint) from public;")
    for table, constraints in _ASKED_WHEN_POSTING:
        drops = ", ".join(f"drop constraint if exists {name}" for name in constraints)
        statements.append(f"alter table ledger.{table} {drops};")
    # Without parameters the driver takes many statements at once and leaves % alone.
    connection.exec_driver_sql("\n".join(statements), execution_options={"no_parameters": True})
