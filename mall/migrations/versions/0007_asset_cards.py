"""Asset cards as documents with a life, their exchange with the units' asset systems, and quantity standards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0007"
down_revision = "0006"

TABLES = ("asset_file", "asset_report", "asset_standard", "strange_card")
SEQUENCES = ("number_asset_file",)


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    widen_cards()
    create_tables()
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def widen_cards() -> None:
    for column in ("region_code", "year"):
        op.add_column("asset_card", sa.Column(column, sa.BigInteger(), nullable=True))
    op.execute(
        sa.text(
            "update asset_card c set region_code = o.region_code, year = o.year"
            " from purchase_order o where o.id = c.order_id"
        )
    )
    for column in ("region_code", "year"):
        op.alter_column("asset_card", column, nullable=False)
    for column in ("sent_at", "acknowledged_at"):
        op.add_column("asset_card", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    for column in ("system_number", "value_note", "disposal_kind"):
        op.add_column("asset_card", sa.Column(column, sa.String(), server_default="", nullable=False))
    for column in ("changed_on", "disposed_on"):
        op.add_column("asset_card", sa.Column(column, sa.Date(), nullable=True))
    op.drop_constraint(op.f("ck_asset_card_state"), "asset_card", type_="check")
    op.create_check_constraint(
        op.f("ck_asset_card_state"),
        "asset_card",
        "state in ('waiting', 'registered', 'sent', 'acknowledged', 'changed', 'disposed', 'returned')",
    )
    op.create_check_constraint(
        op.f("ck_asset_card_disposed"), "asset_card", "(state = 'disposed') = (disposed_on is not null)"
    )
    op.create_check_constraint(
        op.f("ck_asset_card_disposal_kind"),
        "asset_card",
        "disposal_kind in ('', 'transfer', 'donation', 'sale', 'exchange', 'scrap', 'loss')",
    )
    op.create_index("ix_asset_card_region", "asset_card", ["region_code", "id"], unique=False)
    op.create_index(
        "uq_asset_card_system_number",
        "asset_card",
        ["unit_id", "system_number"],
        unique=True,
        postgresql_where=sa.text("system_number <> ''"),
    )


def create_tables() -> None:
    op.create_table(
        "asset_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("workbook_sha256", sa.String(), nullable=True),
        sa.Column("workbook", sa.LargeBinary(), nullable=True),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("outcomes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("direction in ('out', 'in')", name=op.f("ck_asset_file_direction")),
        sa.CheckConstraint("row_count > 0", name=op.f("ck_asset_file_not_empty")),
        sa.CheckConstraint("(workbook is null) = (workbook_sha256 is null)", name=op.f("ck_asset_file_workbook")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_asset_file_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_asset_file_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_file")),
        sa.UniqueConstraint("number", name=op.f("uq_asset_file_number")),
    )
    op.create_index("ix_asset_file_unit", "asset_file", ["unit_id", "id"], unique=False)
    op.create_index("ix_asset_file_region", "asset_file", ["region_code", "id"], unique=False)
    op.create_table(
        "asset_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("card_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_number", sa.String(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('acknowledge', 'reject', 'change', 'dispose')", name=op.f("ck_asset_report_kind")),
        sa.ForeignKeyConstraint(["card_id"], ["asset_card.id"], name=op.f("fk_asset_report_card_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_asset_report_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_report")),
        sa.UniqueConstraint("card_id", "fingerprint", name=op.f("uq_asset_report_card_id_fingerprint")),
    )
    op.create_table(
        "asset_standard",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("category_codes", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("steps", sa.String(), nullable=False),
        sa.Column("price_ceiling_fen", sa.BigInteger(), nullable=True),
        sa.Column("min_years", sa.BigInteger(), nullable=False),
        sa.Column("is_binding", sa.Boolean(), nullable=False),
        sa.Column("legal_source", sa.String(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.CheckConstraint("valid_to is null or valid_to > valid_from", name=op.f("ck_asset_standard_dates")),
        sa.CheckConstraint("cardinality(category_codes) > 0", name=op.f("ck_asset_standard_categories")),
        sa.CheckConstraint("not is_binding or is_confirmed", name=op.f("ck_asset_standard_only_confirmed_binds")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_asset_standard_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_standard")),
    )
    op.create_index("ix_asset_standard_code", "asset_standard", ["code", "region_code"], unique=False)
    op.create_table(
        "strange_card",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("card_number", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explanation", sa.String(), server_default="", nullable=False),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explained_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_strange_card_unit_id")),
        sa.ForeignKeyConstraint(["explained_by"], ["user_account.id"], name=op.f("fk_strange_card_explained_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strange_card")),
        sa.UniqueConstraint("unit_id", "card_number", name=op.f("uq_strange_card_unit_id_card_number")),
    )
