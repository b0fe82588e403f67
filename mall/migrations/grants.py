"""What the application's role may do with which table; everything else is denied by PostgreSQL itself."""

from __future__ import annotations

#: rows are written once and never changed, by nobody: triggers refuse UPDATE, DELETE and TRUNCATE
APPEND_ONLY = (
    "audit_record",
    "document_step",
    "price_change",
    "signature",
    "delivery_note",
    "acceptance",
    "invoice",
    "rating",
    "printed_document",
    "treasury_batch",
    "treasury_file",
    "treasury_return",
)

#: rows that may go: they are notes of the moment, not records
DELETABLE = (
    "cart_line",
    "web_session",
    "search_task",
    "sign_in_counter",
    "known_device",
    "worker_heartbeat",
    "welcome_link",
    "import_row",
)


def statements(*, tables: list[str], sequences: list[str], app_role: str) -> list[str]:
    """SQL that gives the application's role its rights on these tables of schema public."""
    role = f'"{app_role}"'
    found: list[str] = []
    for table in tables:
        rights = "SELECT, INSERT"
        if table not in APPEND_ONLY:
            rights += ", UPDATE"
        if table in DELETABLE:
            rights += ", DELETE"
        found.append(f'GRANT {rights} ON "{table}" TO {role}')
    found += [f'GRANT USAGE, SELECT ON SEQUENCE "{sequence}" TO {role}' for sequence in sequences]
    found.append(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS "
        "$$ BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in tables:
        if table in APPEND_ONLY:
            # For each statement, not for each row: an attempt is refused even where it would have touched nothing.
            found += [
                f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
                f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{table}_append_only"',
            ]
    return found
