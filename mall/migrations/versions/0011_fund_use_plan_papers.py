"""Fund-use plans as numbered papers, with their lines and what each submission found out about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0011"
down_revision = "0010"

TABLES = ("fund_use_plan", "fund_use_plan_line", "plan_line_judgement")
SEQUENCES = ("number_fund_use_plan",)


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    create_plans()
    create_lines()
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def create_plans() -> None:
    op.create_table(
        "fund_use_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("submission_no", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("maker_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("decider_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_sha256", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'withdrawn', 'approved', 'returned')", name=op.f("ck_fund_use_plan_state")
        ),
        sa.CheckConstraint("kind in ('plan', 'change', 'withdrawal')", name=op.f("ck_fund_use_plan_kind")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_fund_use_plan_amount")),
        sa.CheckConstraint("kind = 'plan' or reason <> ''", name=op.f("ck_fund_use_plan_grounds")),
        sa.CheckConstraint("maker_id = any (maker_ids)", name=op.f("ck_fund_use_plan_parties")),
        sa.CheckConstraint("not decider_id = any (maker_ids)", name=op.f("ck_fund_use_plan_maker_never_decides")),
        sa.CheckConstraint(
            "state <> 'approved' or (decider_id is not null and approved_fen > 0)",
            name=op.f("ck_fund_use_plan_decided"),
        ),
        sa.ForeignKeyConstraint(["decider_id"], ["user_account.id"], name=op.f("fk_fund_use_plan_decider_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["user_account.id"], name=op.f("fk_fund_use_plan_maker_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_fund_use_plan_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_use_plan")),
        sa.UniqueConstraint("number", name=op.f("uq_fund_use_plan_number")),
    )
    op.create_index("ix_fund_use_plan_region", "fund_use_plan", ["region_code", "year", "id"], unique=False)
    op.create_index("ix_fund_use_plan_unit", "fund_use_plan", ["unit_id", "year", "id"], unique=False)
    op.create_index(
        "ix_fund_use_plan_waiting",
        "fund_use_plan",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state in ('submitted', 'returned')"),
    )
    op.create_index(
        "uq_fund_use_plan_source",
        "fund_use_plan",
        ["unit_id", "year", "source_sha256"],
        unique=True,
        postgresql_where=sa.text("source_sha256 is not null and state <> 'withdrawn'"),
    )


def create_lines() -> None:
    op.create_table(
        "fund_use_plan_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_fund_use_plan_line_amount")),
        sa.CheckConstraint("month between 1 and 12", name=op.f("ck_fund_use_plan_line_month")),
        sa.ForeignKeyConstraint(["plan_id"], ["fund_use_plan.id"], name=op.f("fk_fund_use_plan_line_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_use_plan_line")),
        sa.UniqueConstraint(
            "plan_id", "edition", "line_no", name=op.f("uq_fund_use_plan_line_plan_id_edition_line_no")
        ),
    )
    op.create_index("ix_fund_use_plan_line_budget_line", "fund_use_plan_line", ["budget_line_id"], unique=False)
    op.create_table(
        "plan_line_judgement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_no", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("plea", sa.String(), server_default="", nullable=False),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paper", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "outcome in ('clear', 'held', 'exempted', 'repointed', 'adjusted')",
            name=op.f("ck_plan_line_judgement_outcome"),
        ),
        sa.CheckConstraint("(outcome = 'clear') = (rule = '')", name=op.f("ck_plan_line_judgement_held_by_a_rule")),
        sa.CheckConstraint(
            "outcome <> 'exempted' or (plea <> '' and settled_by_id is not null)",
            name=op.f("ck_plan_line_judgement_reasoned"),
        ),
        sa.CheckConstraint(
            "outcome not in ('repointed', 'adjusted') or paper <> ''", name=op.f("ck_plan_line_judgement_has_paper")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["fund_use_plan.id"], name=op.f("fk_plan_line_judgement_plan_id")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user_account.id"], name=op.f("fk_plan_line_judgement_settled_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_line_judgement")),
        sa.UniqueConstraint(
            "plan_id", "submission_no", "line_no", name=op.f("uq_plan_line_judgement_plan_id_submission_no_line_no")
        ),
    )
