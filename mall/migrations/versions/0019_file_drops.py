"""Folders into which suppliers put their files: their choice, and what was taken out of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0019"
down_revision = "0018"

TABLES = ("file_drop", "file_drop_take")
MODES = "mode in ('dry-run', 'partial', 'all-or-nothing')"


def upgrade() -> None:
    create_drop()
    create_take()
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=[], app_role=app_role):
        op.execute(sa.text(statement))


def create_drop() -> None:
    op.create_table(
        "file_drop",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble_code", sa.String(), server_default="", nullable=False),
        sa.Column("trouble_facts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(MODES, name=op.f("ck_file_drop_mode")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_file_drop_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_file_drop")),
    )


def create_take() -> None:
    op.create_table(
        "file_drop_take",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("raw_name", sa.LargeBinary(), nullable=False),
        sa.Column("inode", sa.BigInteger(), nullable=False),
        sa.Column("changed_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), server_default="", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("is_replay", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("refusal_code", sa.String(), server_default="", nullable=False),
        sa.Column("refusal_facts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("kept_as", sa.String(), server_default="", nullable=False),
        sa.Column("papers", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(MODES, name=op.f("ck_file_drop_take_mode")),
        sa.CheckConstraint("stage in ('received', 'leaving', 'done')", name=op.f("ck_file_drop_take_stage")),
        sa.CheckConstraint("batch_id is not null or refusal_code <> ''", name=op.f("ck_file_drop_take_outcome")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_file_drop_take_supplier_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_file_drop_take_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_drop_take")),
    )
    op.create_index("ix_file_drop_take_supplier", "file_drop_take", ["supplier_id", "id"], unique=False)
    op.create_index(
        "uq_file_drop_take_open",
        "file_drop_take",
        ["supplier_id"],
        unique=True,
        postgresql_where=sa.text("stage <> 'done'"),
    )
