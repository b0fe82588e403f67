"""The signed exchange with the treasury: its calls, receipts, refused files, and what waits in suspense, and the
reconciliation of mall, treasury and budget system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0012"
down_revision = "0011"

TABLES = (
    "exchange_call",
    "exchange_partner",
    "refused_file",
    "treasury_receipt",
    "suspense_item",
    "statement_file",
    "reconciliation_run",
    "reconciliation_difference",
    "difference_explanation",
)
SEQUENCES = ("number_suspense",)
OUTCOMES = (
    "outcome in ('paid', 'refused', 'bounced', 'partial', 'repeated', 'early', 'unknown', 'mismatch', 'conflict')"
)


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    change_returns()
    create_tables()
    create_reconciliation()
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def change_returns() -> None:
    op.add_column("treasury_file", sa.Column("came_by", sa.String(), server_default="file", nullable=False))
    op.add_column("treasury_file", sa.Column("key_id", sa.String(), server_default="", nullable=False))
    op.drop_constraint(op.f("uq_treasury_return_treasury_reference_payment_number"), "treasury_return", type_="unique")
    op.create_index(
        "ix_treasury_return_said", "treasury_return", ["payment_number", "treasury_reference"], unique=False
    )
    op.create_index(
        "uq_treasury_return_settled",
        "treasury_return",
        ["payment_number", "treasury_reference"],
        unique=True,
        postgresql_where=sa.text("outcome in ('paid', 'refused')"),
    )
    op.create_check_constraint(op.f("ck_treasury_file_came_by"), "treasury_file", "came_by in ('file', 'api')")
    op.drop_constraint(op.f("ck_treasury_return_outcome"), "treasury_return", type_="check")
    op.create_check_constraint(op.f("ck_treasury_return_outcome"), "treasury_return", OUTCOMES)


def create_tables() -> None:
    op.create_table(
        "exchange_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sequence_no", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("body_sha256", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_call")),
        sa.UniqueConstraint("partner", "nonce", name=op.f("uq_exchange_call_partner_nonce")),
        sa.UniqueConstraint("partner", "sequence_no", name=op.f("uq_exchange_call_partner_sequence_no")),
    )
    op.create_index("ix_exchange_call_at", "exchange_call", ["partner", "at"], unique=False)
    op.create_table(
        "exchange_partner",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("last_sequence_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partner", name=op.f("pk_exchange_partner")),
    )
    op.create_table(
        "refused_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_file")),
        sa.UniqueConstraint("sha256", "code", name=op.f("uq_refused_file_sha256_code")),
    )
    op.create_table(
        "treasury_receipt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["treasury_batch.id"], name=op.f("fk_treasury_receipt_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treasury_receipt")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_treasury_receipt_batch_id")),
    )
    op.create_table(
        "suspense_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("payment_number", sa.String(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("treasury_reference", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("suspended_fen", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(), server_default="", nullable=False),
        sa.Column("decision_payment", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("maker_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("decider_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause in ('unknown', 'amount_differs', 'early', 'partial', 'doubled', 'refused_after_paid', 'paid_after_refused', 'bounced', 'contradicts')",
            name=op.f("ck_suspense_item_cause"),
        ),
        sa.CheckConstraint("decision in ('', 'match', 'bounce', 'mistake')", name=op.f("ck_suspense_item_decision")),
        sa.CheckConstraint(
            "state in ('new', 'open', 'proposed', 'waiting', 'clarifying', 'settled')",
            name=op.f("ck_suspense_item_state"),
        ),
        sa.CheckConstraint("(suspended_fen = 0) = (budget_line_id is null)", name=op.f("ck_suspense_item_line")),
        sa.CheckConstraint(
            "amount_fen >= 0 and suspended_fen in (0, amount_fen)", name=op.f("ck_suspense_item_amounts")
        ),
        sa.CheckConstraint("not decider_id = any (maker_ids)", name=op.f("ck_suspense_item_maker_never_decides")),
        sa.ForeignKeyConstraint(["decider_id"], ["user_account.id"], name=op.f("fk_suspense_item_decider_id")),
        sa.ForeignKeyConstraint(["file_id"], ["treasury_file.id"], name=op.f("fk_suspense_item_file_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment_request.id"], name=op.f("fk_suspense_item_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspense_item")),
        sa.UniqueConstraint("number", name=op.f("uq_suspense_item_number")),
    )
    op.create_index("ix_suspense_item_payment", "suspense_item", ["payment_id"], unique=False)
    op.create_index("ix_suspense_item_region", "suspense_item", ["region_code", "id"], unique=False)
    op.create_index(
        "ix_suspense_item_waiting",
        "suspense_item",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'settled'"),
    )
    op.create_index(
        "uq_suspense_item_said",
        "suspense_item",
        ["payment_number", "treasury_reference", "result", "amount_fen"],
        unique=True,
    )


def create_reconciliation() -> None:
    op.create_table(
        "difference_explanation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_difference_explanation_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_explanation")),
    )
    op.create_index(
        "ix_difference_explanation_key", "difference_explanation", ["region_code", "year", "key", "id"], unique=False
    )
    op.create_table(
        "reconciliation_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("compared_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("statement_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("files", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payment_count", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("mall_paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("ledger_paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("treasury_paid_fen", sa.BigInteger(), nullable=True),
        sa.Column("mall_appropriation_fen", sa.BigInteger(), nullable=False),
        sa.Column("budget_appropriation_fen", sa.BigInteger(), nullable=True),
        sa.Column("suspended_fen", sa.BigInteger(), nullable=False),
        sa.Column("difference_count", sa.BigInteger(), nullable=False),
        sa.Column("open_count", sa.BigInteger(), nullable=False),
        sa.Column("causes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("kind in ('night', 'demand')", name=op.f("ck_reconciliation_run_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_run")),
    )
    op.create_index("ix_reconciliation_run_region", "reconciliation_run", ["region_code", "year", "id"], unique=False)
    op.create_table(
        "statement_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("opening_fen", sa.BigInteger(), nullable=False),
        sa.Column("closing_fen", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("came_by in ('file', 'api', 'page')", name=op.f("ck_statement_file_came_by")),
        sa.CheckConstraint("kind in ('treasury', 'budget')", name=op.f("ck_statement_file_kind")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_statement_file_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_statement_file_sha256")),
    )
    op.create_index("ix_statement_file_region", "statement_file", ["region_code", "year", "kind", "id"], unique=False)
    op.create_table(
        "reconciliation_difference",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("mall_fen", sa.BigInteger(), nullable=False),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["reconciliation_run.id"], name=op.f("fk_reconciliation_difference_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_difference")),
        sa.UniqueConstraint("run_id", "place", name=op.f("uq_reconciliation_difference_run_id_place")),
    )
