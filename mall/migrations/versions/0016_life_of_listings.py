"""The life of a listing: reviews by two people, changes that wait, holds, price ceilings and last days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0016"
down_revision = "0015"

TABLES = ("listing_change", "listing_verdict", "listing_hold", "price_ceiling")
LISTING_STATES = (
    "state in ('draft', 'needs_category', 'submitted', 'intercepted', 'rejected', 'expired', 'checked', 'on_shelf',"
    " 'off_shelf', 'frozen', 'delisted')"
)


def upgrade() -> None:
    change_listing()
    change_roles()
    create_tables()
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=[], app_role=app_role):
        op.execute(sa.text(statement))


def change_listing() -> None:
    op.add_column("listing", sa.Column("certificate_number", sa.String(), server_default="", nullable=False))
    op.add_column("listing", sa.Column("certificate_until", sa.Date(), nullable=True))
    op.add_column("listing", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("listing", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("supplier", sa.Column("agreement_ends_on", sa.Date(), nullable=True))
    op.drop_constraint(op.f("ck_listing_state"), "listing", type_="check")
    op.create_check_constraint(op.f("ck_listing_state"), "listing", LISTING_STATES)
    op.create_index(
        "ix_listing_checked",
        "listing",
        ["submitted_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'checked'"),
    )


def change_roles() -> None:
    op.drop_constraint(op.f("ck_user_post_role"), "user_post", type_="check")
    op.create_check_constraint(
        op.f("ck_user_post_role"),
        "user_post",
        "role in ('handler', 'approver', 'leader', 'receiver', 'acceptor', 'accountant', 'finance', 'supplier', "
        "'centre', 'monitor', 'regulator', 'budget', 'sysadmin', 'secadmin', 'auditor')",
    )


def create_tables() -> None:
    op.create_table(
        "listing_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("pack_size", sa.BigInteger(), nullable=False),
        sa.Column("pack_text", sa.String(), nullable=False),
        sa.Column("old_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("old_unit", sa.String(), nullable=False),
        sa.Column("old_pack_size", sa.BigInteger(), nullable=False),
        sa.Column("old_pack_text", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'intercepted', 'withdrawn', 'applied', 'rejected')",
            name=op.f("ck_listing_change_state"),
        ),
        sa.CheckConstraint("price_fen > 0 and old_price_fen > 0", name=op.f("ck_listing_change_price")),
        sa.CheckConstraint("pack_size > 0 and old_pack_size > 0", name=op.f("ck_listing_change_pack_size")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_change_listing_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_listing_change_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_change")),
    )
    op.create_index(
        "uq_listing_change_waiting",
        "listing_change",
        ["listing_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_listing_change_listing", "listing_change", ["listing_id", "id"], unique=False)
    op.create_table(
        "listing_verdict",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("seat in ('platform', 'monitor')", name=op.f("ck_listing_verdict_seat")),
        sa.CheckConstraint("verdict in ('pass', 'reject')", name=op.f("ck_listing_verdict_verdict")),
        sa.CheckConstraint(
            "(verdict = 'reject') = (cardinality(reasons) > 0)", name=op.f("ck_listing_verdict_reasons")
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_verdict_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_verdict")),
    )
    for name, columns in (("seat", ["document", "seat"]), ("person", ["document", "user_id"])):
        op.create_index(
            f"uq_listing_verdict_{name}",
            "listing_verdict",
            columns,
            unique=True,
            postgresql_where=sa.text("closed_at is null"),
        )
    op.create_index("ix_listing_verdict_listing", "listing_verdict", ["listing_id", "id"], unique=False)
    op.create_table(
        "listing_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("came_from", sa.String(), nullable=False),
        sa.Column("placed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("came_from in ('on_shelf', 'off_shelf')", name=op.f("ck_listing_hold_came_from")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_hold_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_hold")),
    )
    op.create_index(
        "uq_listing_hold_open",
        "listing_hold",
        ["listing_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index("ix_listing_hold_listing", "listing_hold", ["listing_id", "id"], unique=False)
    op.create_table(
        "price_ceiling",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("category_code", sa.String(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("ceiling_fen", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('entered', 'in_force', 'withdrawn', 'ended')", name=op.f("ck_price_ceiling_state")
        ),
        sa.CheckConstraint("(category_code is null) <> (product_id is null)", name=op.f("ck_price_ceiling_subject")),
        sa.CheckConstraint("ceiling_fen > 0", name=op.f("ck_price_ceiling_ceiling")),
        sa.CheckConstraint("valid_to is null or valid_to > valid_from", name=op.f("ck_price_ceiling_dates")),
        sa.CheckConstraint(
            "confirmed_by_id is null or confirmed_by_id <> entered_by_id", name=op.f("ck_price_ceiling_two_people")
        ),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_price_ceiling_category_code")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_price_ceiling_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_ceiling")),
    )
    op.create_index("ix_price_ceiling_category", "price_ceiling", ["category_code"], unique=False)
    op.create_index("ix_price_ceiling_product", "price_ceiling", ["product_id"], unique=False)
