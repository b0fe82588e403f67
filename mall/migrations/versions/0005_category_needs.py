"""What units say they will need of a category in a year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from mall.migrations import grants

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "category_need",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_category_need_amount")),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_category_need_category_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_category_need_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_category_need_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category_need")),
        sa.UniqueConstraint(
            "unit_id", "year", "category_code", name=op.f("uq_category_need_unit_id_year_category_code")
        ),
    )
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=["category_need"], sequences=[], app_role=app_role):
        op.execute(sa.text(statement))
