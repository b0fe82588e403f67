"""Changes of rules: back-tests asked for, nights in shadow, who had a hand in them; and what people say of findings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0025"
down_revision = "0024"

TABLES = ("rule_shadow_day", "finding_review")


def upgrade() -> None:
    _change_rule_changes()
    _create_tables()
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=[], app_role=app_role):
        op.execute(sa.text(statement))


def _change_rule_changes() -> None:
    op.add_column("rule_change", sa.Column("back_test_requested_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "rule_change",
        sa.Column("hand_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
    )
    op.add_column("rule_change", sa.Column("is_mode_set", sa.Boolean(), server_default="true", nullable=False))
    op.create_check_constraint(
        op.f("ck_rule_change_hands_never_decide"),
        "rule_change",
        "decider_id is null or not decider_id = any (hand_ids)",
    )
    op.create_index(
        "ix_rule_change_waiting",
        "rule_change",
        ["back_test_requested_at"],
        postgresql_where=sa.text("back_test_requested_at is not null"),
    )
    # A row may be ended before its first day: then it never held.
    op.drop_constraint(op.f("ck_rule_parameter_dates"), "rule_parameter", type_="check")
    op.create_check_constraint(
        op.f("ck_rule_parameter_dates"), "rule_parameter", "valid_to is null or valid_to >= valid_from - 1"
    )


def _create_tables() -> None:
    op.create_table(
        "rule_shadow_day",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("history_digest", sa.String(), nullable=False),
        sa.Column("hit_count", sa.BigInteger(), nullable=False),
        sa.Column("clear_count", sa.BigInteger(), nullable=False),
        sa.Column("not_applicable_count", sa.BigInteger(), nullable=False),
        sa.Column("not_computable_count", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("held_hit_count", sa.BigInteger(), nullable=False),
        sa.Column("held_fen", sa.BigInteger(), nullable=False),
        sa.Column("both_count", sa.BigInteger(), nullable=False),
        sa.Column("both_fen", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["rule_change.id"], name=op.f("fk_rule_shadow_day_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_shadow_day")),
    )
    op.create_index("ix_rule_shadow_day_change", "rule_shadow_day", ["change_id", "id"], unique=False)
    op.create_index(
        "uq_rule_shadow_day",
        "rule_shadow_day",
        ["change_id", "on_day"],
        unique=True,
        postgresql_where=sa.text("failure = ''"),
    )
    op.create_table(
        "finding_review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("is_drawn", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "code in ('true', 'configuration', 'service_included', 'remote_freight', 'manufacturer_price', 'urgent', 'approved', 'wrong_category', 'wrong_unit', 'wrong_pack', 'wrong_model', 'rule_wrong')",
            name=op.f("ck_finding_review_code"),
        ),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_review_finding_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_finding_review_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_review")),
    )
    op.create_index("ix_finding_review_finding", "finding_review", ["finding_id", "id"], unique=False)
