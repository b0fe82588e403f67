"""Synonyms of the search that the purchasing centre adds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "search_synonym",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("direction in ('both', 'first')", name=op.f("ck_search_synonym_direction")),
        sa.CheckConstraint("cardinality(words) >= 2", name=op.f("ck_search_synonym_words")),
        sa.CheckConstraint(
            "(withdrawn_at is null) = (withdrawn_by_id is null)", name=op.f("ck_search_synonym_withdrawal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
    )
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=["search_synonym"], sequences=[], app_role=app_role):
        op.execute(sa.text(statement))
