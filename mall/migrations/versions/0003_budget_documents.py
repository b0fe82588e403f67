"""Budget documents with their lines and attachments, and the budget officers who decide them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0003"
down_revision = "0002"

TABLES = ("budget_attachment", "budget_document", "budget_document_line")
SEQUENCES = ("number_budget_document",)


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    create_tables()
    op.drop_constraint(op.f("ck_user_post_role"), "user_post", type_="check")
    op.create_check_constraint(
        op.f("ck_user_post_role"),
        "user_post",
        "role in ('handler', 'approver', 'leader', 'receiver', 'acceptor', 'accountant', 'finance', 'supplier', "
        "'centre', 'regulator', 'budget', 'sysadmin', 'secadmin', 'auditor')",
    )
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def create_tables() -> None:
    op.create_table(
        "budget_document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("maker_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("decider_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_sha256", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'withdrawn', 'approved', 'returned')",
            name=op.f("ck_budget_document_state"),
        ),
        sa.CheckConstraint(
            "kind in ('appropriation', 'supplement', 'reduction', 'transfer', 'freeze', 'thaw')",
            name=op.f("ck_budget_document_kind"),
        ),
        sa.CheckConstraint("side in ('unit', 'finance')", name=op.f("ck_budget_document_side")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_budget_document_amount")),
        sa.CheckConstraint("reason <> '' and basis <> ''", name=op.f("ck_budget_document_grounds")),
        sa.CheckConstraint(
            "cardinality(unit_ids) > 0 and maker_id = any (maker_ids)", name=op.f("ck_budget_document_parties")
        ),
        sa.CheckConstraint("not decider_id = any (maker_ids)", name=op.f("ck_budget_document_maker_never_decides")),
        sa.CheckConstraint(
            "state <> 'approved' or decider_id is not null", name=op.f("ck_budget_document_decided_by_somebody")
        ),
        sa.ForeignKeyConstraint(["decider_id"], ["user_account.id"], name=op.f("fk_budget_document_decider_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["user_account.id"], name=op.f("fk_budget_document_maker_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_budget_document_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_document")),
        sa.UniqueConstraint("number", name=op.f("uq_budget_document_number")),
    )
    op.create_index("ix_budget_document_region", "budget_document", ["region_code", "year", "id"], unique=False)
    op.create_index("ix_budget_document_units", "budget_document", ["unit_ids"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_budget_document_waiting",
        "budget_document",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('submitted', 'returned')"),
    )
    op.create_index(
        "uq_budget_document_source",
        "budget_document",
        ["region_code", "year", "source_sha256"],
        unique=True,
        postgresql_where=sa.text("source_sha256 is not null and state <> 'withdrawn'"),
    )
    op.create_table(
        "budget_document_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=True),
        sa.Column("new_line", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("before_fen", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_budget_document_line_amount")),
        sa.CheckConstraint(
            "budget_line_id is not null or new_line is not null", name=op.f("ck_budget_document_line_names_a_line")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["budget_document.id"], name=op.f("fk_budget_document_line_document_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_budget_document_line_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_document_line")),
        sa.UniqueConstraint(
            "document_id", "edition", "line_no", name=op.f("uq_budget_document_line_document_id_edition_line_no")
        ),
    )
    op.create_index("ix_budget_document_line_budget_line", "budget_document_line", ["budget_line_id"], unique=False)
    op.create_table(
        "budget_attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_budget_attachment_size")),
        sa.ForeignKeyConstraint(["document_id"], ["budget_document.id"], name=op.f("fk_budget_attachment_document_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_budget_attachment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_attachment")),
        sa.UniqueConstraint("document_id", "sha256", name=op.f("uq_budget_attachment_document_id_sha256")),
    )
