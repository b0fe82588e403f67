"""Adds the seals to an installed schema "ledger": their tables, the one function that writes them, and who may."""

from pathlib import Path

from sqlalchemy import Connection

SEALING_SQL = Path(__file__).with_name("sealing.sql")

_APPEND_SEAL = (
    "ledger.append_seal(integer, integer, integer, text, timestamptz, bigint[], bytea[], bytea, bytea, bytea)"
)
_TXNS_TO_SEAL = "ledger.txns_to_seal(integer, integer, integer)"


def install_sealing(connection: Connection, *, app_role: str) -> None:
    """Add what sealing needs, inside the caller's transaction; the role may read it and append seals in their turn."""
    # Without parameters the driver takes many statements at once and leaves % alone.
    options = {"no_parameters": True}
    role = connection.dialect.identifier_preparer.quote(app_role)
    for statements in (
        SEALING_SQL.read_text(encoding="utf-8"),
        f"revoke execute on function {_APPEND_SEAL}, {_TXNS_TO_SEAL} from public",
        f"grant select on ledger.seal, ledger.sealed_txn to {role}",
        f"grant execute on function {_APPEND_SEAL}, {_TXNS_TO_SEAL}, "
        f"ledger.lock_key(integer, integer, integer, bigint) to {role}",
    ):
        connection.exec_driver_sql(statements, execution_options=options)
