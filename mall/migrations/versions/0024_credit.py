"""Credit: entries, standings, measures, inspections, public reports, and the exchange with the credit platform."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0024"
down_revision = "0022"

TABLES = ("credit_entry", "credit_grade", "credit_standing")
SEQUENCES: tuple[str, ...] = ()


def upgrade() -> None:
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    _create_tables()
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def _create_tables() -> None:
    op.create_table(
        "credit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("party_kind", sa.String(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("formula_version", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "dimension in ('price', 'delivery', 'quality', 'honesty', 'response', 'acceptance', 'payment', 'competition', 'answers')",
            name=op.f("ck_credit_entry_dimension"),
        ),
        sa.CheckConstraint("party_kind in ('supplier', 'unit')", name=op.f("ck_credit_entry_party_kind")),
        sa.CheckConstraint("points <> 0 and expires_on > day", name=op.f("ck_credit_entry_counts")),
        sa.ForeignKeyConstraint(["party_id"], ["organisation.id"], name=op.f("fk_credit_entry_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entry")),
    )
    op.create_index("ix_credit_entry_party", "credit_entry", ["party_id", "source"], unique=False)
    op.create_table(
        "credit_grade",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("deeds", sa.BigInteger(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("formula_version", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "grade in ('A', 'B', 'C', 'D') and before in ('', 'A', 'B', 'C', 'D')", name=op.f("ck_credit_grade_grade")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["organisation.id"], name=op.f("fk_credit_grade_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grade")),
    )
    op.create_index("ix_credit_grade_party", "credit_grade", ["party_id", "id"], unique=False)
    op.create_table(
        "credit_standing",
        sa.Column("party_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_kind", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("marks", postgresql.JSONB(), nullable=False),
        sa.Column("deeds", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("formula_version", sa.BigInteger(), nullable=False),
        sa.Column("reckoned_on", sa.Date(), nullable=False),
        sa.CheckConstraint("grade in ('A', 'B', 'C', 'D')", name=op.f("ck_credit_standing_grade")),
        sa.CheckConstraint("party_kind in ('supplier', 'unit')", name=op.f("ck_credit_standing_party_kind")),
        sa.CheckConstraint("score between 0 and 10000", name=op.f("ck_credit_standing_score")),
        sa.ForeignKeyConstraint(["party_id"], ["organisation.id"], name=op.f("fk_credit_standing_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_credit_standing")),
    )
    op.create_index(
        "ix_credit_standing_region", "credit_standing", ["region_code", "party_kind", "score"], unique=False
    )
