"""Suppliers' own systems: their keys, the nonces and counts of their calls, and messages that they fetch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0017"
down_revision = "0016"

TABLES = ("supplier_push_key", "push_nonce", "push_quota", "supplier_mailbox", "supplier_message")
KINDS = (
    "kind in ('listing_accepted', 'listing_rejected', 'price_stopped', 'change_accepted', 'change_rejected',"
    " 'change_lapsed', 'listing_frozen', 'listing_thawed', 'listing_expired', 'listing_delisted', 'order_placed',"
    " 'order_cancellation_asked', 'order_cancelled', 'order_declined')"
)


def upgrade() -> None:
    create_calls()
    create_messages()
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=[], app_role=app_role):
        op.execute(sa.text(statement))


def create_calls() -> None:
    op.create_table(
        "supplier_push_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_push_key_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_push_key")),
    )
    op.create_index("ix_supplier_push_key_supplier", "supplier_push_key", ["supplier_id"], unique=False)
    op.create_table(
        "push_nonce",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name=op.f("pk_push_nonce")),
    )
    op.create_index("ix_push_nonce_signed_at", "push_nonce", ["signed_at"], unique=False)
    op.create_table(
        "push_quota",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_push_quota_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_push_quota")),
    )


def create_messages() -> None:
    op.create_table(
        "supplier_mailbox",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_sequence_no", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_mailbox_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_supplier_mailbox")),
    )
    op.create_table(
        "supplier_message",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), server_default="", nullable=False),
        sa.Column("order_number", sa.String(), server_default="", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_supplier_message_kind")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_message_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", "sequence_no", name=op.f("pk_supplier_message")),
        sa.UniqueConstraint("event_id", "document", name=op.f("uq_supplier_message_event_id_document")),
    )
    op.create_index(
        "ix_supplier_message_waiting",
        "supplier_message",
        ["supplier_id", "sequence_no"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at is null"),
    )
    op.create_index(
        "ix_supplier_message_acknowledged",
        "supplier_message",
        ["supplier_id", "acknowledged_at"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at is not null"),
    )
