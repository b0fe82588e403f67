"""Payments of other spending, their judgements and findings, and budget lines kept out of procurement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0004"
down_revision = "0003"

TABLES = ("payment_load", "other_payment", "payment_evaluation", "payment_finding", "procurement_exemption")
SEQUENCES = ("number_payment_load", "number_payment_finding")


def upgrade() -> None:
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    create_tables()
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def create_tables() -> None:
    op.create_table(
        "payment_load",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("region_codes", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("unit_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("new_count", sa.BigInteger(), nullable=False),
        sa.Column("changed_count", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side in ('unit', 'finance', 'system')", name=op.f("ck_payment_load_side")),
        sa.CheckConstraint("row_count > 0 and cardinality(unit_ids) > 0", name=op.f("ck_payment_load_filled")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_payment_load_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_load")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_load_number")),
        sa.UniqueConstraint("sha256", name=op.f("uq_payment_load_sha256")),
    )
    op.create_index("ix_payment_load_units", "payment_load", ["unit_ids"], unique=False, postgresql_using="gin")
    op.create_table(
        "procurement_exemption",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason_code in ('personal_spending', 'below_practice', 'other_law', 'transfer_to_others', "
            "'already_contracted') and note <> ''",
            name=op.f("ck_procurement_exemption_grounds"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_procurement_exemption_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_procurement_exemption_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procurement_exemption")),
        sa.UniqueConstraint("budget_line_id", name=op.f("uq_procurement_exemption_budget_line_id")),
    )
    op.create_table(
        "other_payment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("load_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payee_name", sa.String(), nullable=False),
        sa.Column("payee_account", sa.String(), server_default="", nullable=False),
        sa.Column("economic_code", sa.String(), server_default="", nullable=False),
        sa.Column("purpose", sa.String(), server_default="", nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("voucher_number", sa.String(), nullable=False),
        sa.Column("given_category_code", sa.String(), server_default="", nullable=False),
        sa.Column("invoice_number", sa.String(), server_default="", nullable=False),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("category_code", sa.String(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("evaluation_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "channel in ('treasury_direct', 'treasury_authorised', 'real_account')",
            name=op.f("ck_other_payment_channel"),
        ),
        sa.CheckConstraint(
            "outcome in ('', 'hit', 'clear', 'not_applicable', 'not_computable')", name=op.f("ck_other_payment_outcome")
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_other_payment_amount")),
        sa.ForeignKeyConstraint(["load_id"], ["payment_load.id"], name=op.f("fk_other_payment_load_id")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_other_payment_order_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_other_payment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_payment")),
        sa.UniqueConstraint(
            "unit_id", "channel", "voucher_number", name=op.f("uq_other_payment_unit_id_channel_voucher_number")
        ),
    )
    op.create_index("ix_other_payment_load", "other_payment", ["load_id"], unique=False)
    op.create_index("ix_other_payment_region", "other_payment", ["region_code", "year", "id"], unique=False)
    op.create_index("ix_other_payment_unit_year", "other_payment", ["unit_id", "year", "paid_on", "id"], unique=False)
    op.create_table(
        "payment_evaluation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("why", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hits", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome in ('hit', 'clear', 'not_applicable', 'not_computable')",
            name=op.f("ck_payment_evaluation_outcome"),
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["other_payment.id"], name=op.f("fk_payment_evaluation_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_evaluation")),
    )
    op.create_index("ix_payment_evaluation_payment", "payment_evaluation", ["payment_id", "id"], unique=False)
    op.create_table(
        "payment_finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evaluation_id", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explanation", sa.String(), server_default="", nullable=False),
        sa.Column("explanation_text", sa.String(), server_default="", nullable=False),
        sa.Column("order_number", sa.String(), server_default="", nullable=False),
        sa.Column("approval_number", sa.String(), server_default="", nullable=False),
        sa.Column("explained_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decision_code", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "explanation in ('', 'order', 'outside_contract', 'not_procurement', 'emergency', 'wrong_record', 'other')",
            name=op.f("ck_payment_finding_explanation"),
        ),
        sa.CheckConstraint(
            "kind in ('catalogue_without_order', 'over_limit', 'supplier_without_order', 'suspected_duplicate')",
            name=op.f("ck_payment_finding_kind"),
        ),
        sa.CheckConstraint("state <> 'accepted' or decided_by_id is not null", name=op.f("ck_payment_finding_decided")),
        sa.CheckConstraint(
            "state in ('open', 'explained', 'accepted', 'cleared')", name=op.f("ck_payment_finding_state")
        ),
        sa.CheckConstraint(
            "state not in ('explained', 'accepted') or explained_by_id is not null",
            name=op.f("ck_payment_finding_explained"),
        ),
        sa.CheckConstraint(
            "decided_by_id is null or decided_by_id <> explained_by_id", name=op.f("ck_payment_finding_two_people")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_payment_finding_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["payment_evaluation.id"], name=op.f("fk_payment_finding_evaluation_id")
        ),
        sa.ForeignKeyConstraint(
            ["explained_by_id"], ["user_account.id"], name=op.f("fk_payment_finding_explained_by_id")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["other_payment.id"], name=op.f("fk_payment_finding_payment_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_payment_finding_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_finding")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_finding_number")),
        sa.UniqueConstraint("payment_id", "kind", name=op.f("uq_payment_finding_payment_id_kind")),
    )
    op.create_index("ix_payment_finding_region", "payment_finding", ["region_code", "id"], unique=False)
    op.create_index("ix_payment_finding_unit", "payment_finding", ["unit_id", "year", "id"], unique=False)
    op.create_index(
        "ix_payment_finding_waiting",
        "payment_finding",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('open', 'explained')"),
    )
