"""Cases and holds of supervision, and the holds on orders that they put in force."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0023"
down_revision = "0022"

TABLES = ("watch_case", "case_statement", "case_attachment", "watch_hold", "order_hold")
SEQUENCES = ("number_watch_case", "number_watch_hold")


def upgrade() -> None:
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    _create_tables()
    op.add_column("listing_hold", sa.Column("case_number", sa.String(), server_default="", nullable=False))
    op.create_index("ix_finding_case", "finding", ["case_id"], postgresql_where=sa.text("case_id is not null"))
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def _create_tables() -> None:
    op.create_table(
        "watch_case",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("desk_region_code", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("category_code", sa.String(), server_default="", nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_to_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_parties", sa.String(), server_default="", nullable=False),
        sa.Column("awaited_parties", sa.String(), server_default="", nullable=False),
        sa.Column("question", sa.String(), server_default="", nullable=False),
        sa.Column("grounds", sa.String(), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_code", sa.String(), server_default="", nullable=False),
        sa.Column("decision_note", sa.String(), server_default="", nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_until", sa.Date(), nullable=True),
        sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeal_decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "asked_parties in ('', 'unit', 'supplier', 'both')", name=op.f("ck_watch_case_asked_parties")
        ),
        sa.CheckConstraint("level in ('province', 'city', 'county')", name=op.f("ck_watch_case_level")),
        sa.CheckConstraint(
            "awaited_parties in ('', 'unit', 'supplier', 'both')", name=op.f("ck_watch_case_awaited_parties")
        ),
        sa.CheckConstraint(
            "review_code in ('', 'true', 'configuration', 'service_included', 'remote_freight', 'manufacturer_price', 'urgent', 'approved', 'wrong_category', 'wrong_unit', 'wrong_pack', 'wrong_model', 'rule_wrong')",
            name=op.f("ck_watch_case_review_code"),
        ),
        sa.CheckConstraint("state = 'found' or assigned_to_id is not null", name=op.f("ck_watch_case_assigned")),
        sa.CheckConstraint(
            "state in ('found', 'assigned', 'asked', 'explained', 'unanswered', 'confirmed', 'rectifying', 'rectified', 'dismissed', 'appealed', 'verified', 'closed')",
            name=op.f("ck_watch_case_state"),
        ),
        sa.CheckConstraint(
            "state not in ('confirmed', 'dismissed') or decided_by_id is not null", name=op.f("ck_watch_case_decided")
        ),
        sa.CheckConstraint(
            "appeal_decided_by_id is null or appeal_decided_by_id <> decided_by_id",
            name=op.f("ck_watch_case_two_people"),
        ),
        sa.CheckConstraint("unit_id is not null or supplier_id is not null", name=op.f("ck_watch_case_party")),
        sa.CheckConstraint("until_day >= from_day", name=op.f("ck_watch_case_days")),
        sa.ForeignKeyConstraint(
            ["appeal_decided_by_id"], ["user_account.id"], name=op.f("fk_watch_case_appeal_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["user_account.id"], name=op.f("fk_watch_case_assigned_to_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_watch_case_decided_by_id")),
        sa.ForeignKeyConstraint(["desk_region_code"], ["region.code"], name=op.f("fk_watch_case_desk_region_code")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_watch_case_region_code")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_watch_case_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_watch_case_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_case")),
        sa.UniqueConstraint("number", name=op.f("uq_watch_case_number")),
    )
    op.create_index("ix_watch_case_desk", "watch_case", ["desk_region_code", "state", "priority"], unique=False)
    op.create_index("ix_watch_case_region", "watch_case", ["region_code", "id"], unique=False)
    op.create_index("ix_watch_case_supplier", "watch_case", ["supplier_id", "id"], unique=False)
    op.create_index("ix_watch_case_unit", "watch_case", ["unit_id", "id"], unique=False)
    op.create_index(
        "ix_watch_case_waiting",
        "watch_case",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('asked', 'rectifying')"),
    )
    op.create_table(
        "case_statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('explanation', 'rectification', 'appeal')", name=op.f("ck_case_statement_kind")),
        sa.CheckConstraint("party in ('unit', 'supplier')", name=op.f("ck_case_statement_party")),
        sa.ForeignKeyConstraint(["case_id"], ["watch_case.id"], name=op.f("fk_case_statement_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_case_statement_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_statement")),
    )
    op.create_index("ix_case_statement_case", "case_statement", ["case_id", "id"], unique=False)
    op.create_table(
        "order_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("line_nos", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answered_by in ('unit', 'supplier', 'both')", name=op.f("ck_order_hold_answered_by")),
        sa.CheckConstraint("scope in ('order', 'payment')", name=op.f("ck_order_hold_scope")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_order_hold_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_hold")),
        sa.UniqueConstraint("number", name=op.f("uq_order_hold_number")),
    )
    op.create_index(
        "ix_order_hold_open", "order_hold", ["until"], unique=False, postgresql_where=sa.text("ended_at is null")
    )
    op.create_index("ix_order_hold_order", "order_hold", ["order_id", "id"], unique=False)
    op.create_table(
        "watch_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("desk_region_code", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(), server_default="", nullable=False),
        sa.Column("line_nos", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("failure", sa.String(), server_default="", nullable=False),
        sa.Column("proposer_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("lift_reason", sa.String(), server_default="", nullable=False),
        sa.Column("lift_proposer_id", sa.BigInteger(), nullable=True),
        sa.Column("lift_approver_id", sa.BigInteger(), nullable=True),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'listing') = (listing_id is not null)", name=op.f("ck_watch_hold_listing")),
        sa.CheckConstraint("(kind = 'listing') = (order_number = '')", name=op.f("ck_watch_hold_subject")),
        sa.CheckConstraint("kind in ('order', 'payment', 'listing')", name=op.f("ck_watch_hold_kind")),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'rejected', 'withdrawn', 'in_force', 'failed', 'lift_proposed', 'lifting', 'ended')",
            name=op.f("ck_watch_hold_state"),
        ),
        sa.CheckConstraint(
            "state not in ('approved', 'in_force', 'lift_proposed', 'lifting') or approver_id is not null",
            name=op.f("ck_watch_hold_approved"),
        ),
        sa.CheckConstraint("approver_id is null or approver_id <> proposer_id", name=op.f("ck_watch_hold_two_people")),
        sa.CheckConstraint(
            "lift_approver_id is null or lift_approver_id <> lift_proposer_id",
            name=op.f("ck_watch_hold_two_people_lift"),
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["user_account.id"], name=op.f("fk_watch_hold_approver_id")),
        sa.ForeignKeyConstraint(["case_id"], ["watch_case.id"], name=op.f("fk_watch_hold_case_id")),
        sa.ForeignKeyConstraint(["desk_region_code"], ["region.code"], name=op.f("fk_watch_hold_desk_region_code")),
        sa.ForeignKeyConstraint(["lift_approver_id"], ["user_account.id"], name=op.f("fk_watch_hold_lift_approver_id")),
        sa.ForeignKeyConstraint(["lift_proposer_id"], ["user_account.id"], name=op.f("fk_watch_hold_lift_proposer_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["user_account.id"], name=op.f("fk_watch_hold_proposer_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_watch_hold_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_hold")),
        sa.UniqueConstraint("number", name=op.f("uq_watch_hold_number")),
    )
    op.create_index("ix_watch_hold_case", "watch_hold", ["case_id", "id"], unique=False)
    op.create_index(
        "ix_watch_hold_open",
        "watch_hold",
        ["until"],
        unique=False,
        postgresql_where=sa.text("state in ('in_force', 'lift_proposed')"),
    )
    op.create_index("ix_watch_hold_region", "watch_hold", ["region_code", "state"], unique=False)
    op.create_table(
        "case_attachment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_case_attachment_size")),
        sa.ForeignKeyConstraint(["statement_id"], ["case_statement.id"], name=op.f("fk_case_attachment_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_attachment")),
        sa.UniqueConstraint("statement_id", "sha256", name=op.f("uq_case_attachment_statement_id_sha256")),
    )
