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
    "credit_note",
    "rating",
    "printed_document",
    "treasury_batch",
    "treasury_file",
    "treasury_return",
    "budget_document_line",
    "budget_attachment",
    "payment_load",
    "payment_evaluation",
    "procurement_exemption",
    "asset_file",
    "asset_report",
    "year_end_row",
    "budget_line_carry",
    "order_carry",
    "fund_use_plan_line",
    "treasury_receipt",
    "refused_file",
    "exchange_call",
    "statement_file",
    "reconciliation_run",
    "reconciliation_difference",
    "difference_explanation",
    "image_content",
    "nightly_export",
    "rule_run",
    "rule_measurement",
    "finding_evaluation",
    "finding_review",
    "rule_shadow_day",
    "recorded_sourcing",
    "recorded_quote",
    "recorded_invitation",
    "case_statement",
    "case_attachment",
    "credit_entry",
    "credit_grade",
    "public_report_words",
    "inspection_draw",
    "credit_message",
    "credit_answer",
    "dishonesty_query",
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
    "match_task",
    "push_nonce",
    "supplier_message",
    "reference_price",
    "supplier_group",
)

#: a line may be dropped while its order lies with its handler again; in any other state it is a record
DROPPABLE = "order_line"
_KEEP_LINES = """
CREATE OR REPLACE FUNCTION keep_order_lines() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF (SELECT state FROM public.purchase_order WHERE id = OLD.order_id) IS DISTINCT FROM 'returned' THEN
        RAISE EXCEPTION 'a line is dropped only from a returned order' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$"""


#: what the application may write while it answers a regulator: the watch's own papers ...
WATCH_TABLES = (
    "case_attachment",
    "case_statement",
    "finding",
    "finding_evaluation",
    "finding_review",
    # pictures are kept by their content, and never changed
    "image_content",
    "inspection_task",
    "measure",
    "outside_price",
    "public_report",
    "public_report_words",
    "recorded_invitation",
    "recorded_quote",
    "recorded_sourcing",
    "rule_change",
    "rule_measurement",
    "rule_parameter",
    "watch_approval",
    "watch_case",
    "watch_hold",
)
#: ... and what every deed leaves behind, whoever does it
WATCH_NOTES = ("audit_record", "document_step", "outbox_event", "request_record")
#: sessions and notices are hers, not the region's; rows of the night are the worker's
WATCH_OWN = ("web_session", "notice", "api_token", "sign_in_counter", "known_device")
WATCH_SEQUENCES = ("number_rule_change", "number_watch_case", "number_watch_hold", "number_measure")


def watch_statements(*, watch_role: str, tables: set[str], sequences: set[str]) -> list[str]:
    """SQL that lets the role of regulators read everything and write the watch's own papers; run again at any time."""
    role = f'"{watch_role}"'
    found = [
        f"GRANT USAGE ON SCHEMA public, ledger, watch TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA watch TO {role}",
        *(f'GRANT INSERT ON "{table}" TO {role}' for table in WATCH_NOTES),
        f'GRANT UPDATE ON "request_record" TO {role}',
        *(f'GRANT INSERT, UPDATE, DELETE ON "{table}" TO {role}' for table in WATCH_OWN),
    ]
    for table in WATCH_TABLES:
        if table in tables:
            found.append(f'GRANT INSERT{"" if table in APPEND_ONLY else ", UPDATE"} ON "{table}" TO {role}')
    found += [f'GRANT USAGE, SELECT ON SEQUENCE "{name}" TO {role}' for name in WATCH_SEQUENCES if name in sequences]
    return found


def statements(*, tables: list[str], sequences: list[str], app_role: str) -> list[str]:
    """SQL that gives the application's role its rights on these tables of schema public."""
    role = f'"{app_role}"'
    found: list[str] = []
    for table in tables:
        rights = "SELECT, INSERT"
        if table not in APPEND_ONLY:
            rights += ", UPDATE"
        if table in DELETABLE or table == DROPPABLE:
            rights += ", DELETE"
        found.append(f'GRANT {rights} ON "{table}" TO {role}')
    found += [f'GRANT USAGE, SELECT ON SEQUENCE "{sequence}" TO {role}' for sequence in sequences]
    found.append(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS "
        "$$ BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    if DROPPABLE in tables:
        found += [
            _KEEP_LINES,
            f'CREATE TRIGGER "{DROPPABLE}_kept" BEFORE DELETE ON "{DROPPABLE}" '
            "FOR EACH ROW EXECUTE FUNCTION keep_order_lines()",
            f'ALTER TABLE "{DROPPABLE}" ENABLE ALWAYS TRIGGER "{DROPPABLE}_kept"',
        ]
    for table in tables:
        if table in APPEND_ONLY:
            # For each statement, not for each row: an attempt is refused even where it would have touched nothing.
            found += [
                f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
                f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{table}_append_only"',
            ]
    return found


def auditor_statements(*, auditor_role: str) -> list[str]:
    """SQL that lets an auditor read the whole ledger, and of organisations what they are called."""
    role = f'"{auditor_role}"'
    return [
        f"GRANT USAGE ON SCHEMA ledger, public TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO {role}",
        f"GRANT SELECT (id, kind, region_code, parent_id, name, name_en, credit_code) ON organisation TO {role}",
    ]
