"""Year-end worksheets with the lines and orders they carry, manual journals, and what regions call the accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0009"
down_revision = "0008"

TABLES = ("year_end_worksheet", "year_end_row", "budget_line_carry", "order_carry", "journal", "chart_mapping")
SEQUENCES = ("number_year_end", "number_journal")


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    op.add_column("purchase_order", sa.Column("counted_year", sa.BigInteger(), nullable=True))
    create_worksheets()
    create_carries()
    create_journals()
    create_chart_mapping()
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def create_worksheets() -> None:
    op.create_table(
        "year_end_worksheet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("carry_fen", sa.BigInteger(), nullable=False),
        sa.Column("lapse_fen", sa.BigInteger(), nullable=False),
        sa.Column("pay_fen", sa.BigInteger(), nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("maker_ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("signer_id", sa.BigInteger(), nullable=True),
        sa.Column("decider_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'withdrawn', 'signed', 'approved', 'executed')",
            name=op.f("ck_year_end_worksheet_state"),
        ),
        sa.CheckConstraint("maker_id = any (maker_ids)", name=op.f("ck_year_end_worksheet_maker")),
        sa.CheckConstraint("not signer_id = any (maker_ids)", name=op.f("ck_year_end_worksheet_maker_never_signs")),
        sa.CheckConstraint(
            "not decider_id = any (maker_ids) and decider_id <> signer_id",
            name=op.f("ck_year_end_worksheet_maker_never_decides"),
        ),
        sa.CheckConstraint(
            "state not in ('signed', 'approved', 'executed') or signer_id is not null",
            name=op.f("ck_year_end_worksheet_signed_by_somebody"),
        ),
        sa.CheckConstraint(
            "state not in ('approved', 'executed') or decider_id is not null",
            name=op.f("ck_year_end_worksheet_approved_by_somebody"),
        ),
        sa.ForeignKeyConstraint(["decider_id"], ["user_account.id"], name=op.f("fk_year_end_worksheet_decider_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["user_account.id"], name=op.f("fk_year_end_worksheet_maker_id")),
        sa.ForeignKeyConstraint(["signer_id"], ["user_account.id"], name=op.f("fk_year_end_worksheet_signer_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_year_end_worksheet_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_end_worksheet")),
        sa.UniqueConstraint("number", name=op.f("uq_year_end_worksheet_number")),
    )
    op.create_index("ix_year_end_worksheet_region", "year_end_worksheet", ["region_code", "year", "id"], unique=False)
    op.create_index("ix_year_end_worksheet_unit", "year_end_worksheet", ["unit_id", "year"], unique=False)
    op.create_index(
        "uq_year_end_worksheet_open",
        "year_end_worksheet",
        ["unit_id", "year"],
        unique=True,
        postgresql_where=sa.text("state not in ('executed', 'withdrawn')"),
    )
    op.create_table(
        "year_end_row",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worksheet_id", sa.BigInteger(), nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("document", sa.String(), server_default="", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("costs", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_year_end_row_amount")),
        sa.CheckConstraint(
            "standing in ('reserved', 'committed', 'accrued', 'in_payment', 'accepted_assets', 'refunds_due', "
            "'available', 'frozen', 'planned')",
            name=op.f("ck_year_end_row_standing"),
        ),
        sa.CheckConstraint("treatment in ('carry', 'lapse', 'pay')", name=op.f("ck_year_end_row_treatment")),
        sa.ForeignKeyConstraint(["worksheet_id"], ["year_end_worksheet.id"], name=op.f("fk_year_end_row_worksheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_end_row")),
        sa.UniqueConstraint(
            "worksheet_id", "edition", "row_no", name=op.f("uq_year_end_row_worksheet_id_edition_row_no")
        ),
    )
    op.create_index(
        "ix_year_end_row_document",
        "year_end_row",
        ["document"],
        unique=False,
        postgresql_where=sa.text("document <> ''"),
    )


def create_carries() -> None:
    op.create_table(
        "budget_line_carry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("from_line_id", sa.BigInteger(), nullable=False),
        sa.Column("to_line_id", sa.BigInteger(), nullable=False),
        sa.Column("from_year", sa.BigInteger(), nullable=False),
        sa.Column("worksheet_id", sa.BigInteger(), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["worksheet_id"], ["year_end_worksheet.id"], name=op.f("fk_budget_line_carry_worksheet_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_line_carry")),
        sa.UniqueConstraint("from_line_id", name=op.f("uq_budget_line_carry_from_line_id")),
    )
    op.create_index("ix_budget_line_carry_to_line", "budget_line_carry", ["to_line_id"], unique=False)
    op.create_table(
        "order_carry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("from_year", sa.BigInteger(), nullable=False),
        sa.Column("to_year", sa.BigInteger(), nullable=False),
        sa.Column("worksheet_number", sa.String(), nullable=False),
        sa.Column("is_moved", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("to_year = from_year + 1", name=op.f("ck_order_carry_years")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_order_carry_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_carry")),
    )
    op.create_index("ix_order_carry_order", "order_carry", ["order_id", "id"], unique=False)


def create_journals() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("debit", sa.String(), nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('submitted', 'approved', 'returned', 'withdrawn')", name=op.f("ck_journal_state")
        ),
        sa.CheckConstraint("kind in ('reclassify', 'reversal')", name=op.f("ck_journal_kind")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_journal_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_journal_two_accounts")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_journal_grounds")),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id is not null)", name=op.f("ck_journal_reversal")),
        sa.CheckConstraint("approver_id <> maker_id", name=op.f("ck_journal_four_eyes")),
        sa.CheckConstraint(
            "state <> 'approved' or approver_id is not null", name=op.f("ck_journal_approved_by_somebody")
        ),
        sa.ForeignKeyConstraint(["approver_id"], ["user_account.id"], name=op.f("fk_journal_approver_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["user_account.id"], name=op.f("fk_journal_maker_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["journal.id"], name=op.f("fk_journal_reverses_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_journal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("number", name=op.f("uq_journal_number")),
    )
    op.create_index("ix_journal_unit", "journal", ["unit_id", "id"], unique=False)
    op.create_index("ix_journal_region", "journal", ["region_code", "year", "id"], unique=False)
    op.create_index("ix_journal_reverses", "journal", ["reverses_id"], unique=False)
    op.create_index(
        "uq_journal_reverses",
        "journal",
        ["reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id is not null and state in ('submitted', 'approved')"),
    )


def create_chart_mapping() -> None:
    op.create_table(
        "chart_mapping",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("official_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("legal_source", sa.String(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_chart_mapping_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chart_mapping")),
        sa.UniqueConstraint(
            "region_code", "account", "valid_from", name=op.f("uq_chart_mapping_region_code_account_valid_from")
        ),
    )
