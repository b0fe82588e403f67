"""Supervision: findings and their runs, changes of rules, reference prices, and what people bring to the watch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0022"
down_revision = "0021"

TABLES = (
    "nightly_export",
    "reference_price",
    "rule_run",
    "rule_change",
    "rule_measurement",
    "recorded_sourcing",
    "rule_parameter",
    "watch_approval",
    "dishonesty_entry",
    "finding",
    "outside_price",
    "recorded_invitation",
    "recorded_quote",
    "finding_evaluation",
    "watch_calendar",
    "supplier_group",
)
SEQUENCES = ("number_rule_change",)


def upgrade() -> None:
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    _create_tables()
    op.create_index("ix_purchase_order_address", "purchase_order", [sa.text("(delivery ->> 'address')")], unique=False)
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def _create_tables() -> None:
    op.create_table(
        "nightly_export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("row_counts", postgresql.JSONB(), nullable=False),
        sa.Column("written_count", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nightly_export")),
    )
    op.create_table(
        "reference_price",
        sa.Column("product_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("paid_count", sa.BigInteger(), nullable=False),
        sa.Column("paid_lowest_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_quartile_1_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_median_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_quartile_3_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_from_day", sa.BigInteger(), nullable=False),
        sa.Column("paid_until_day", sa.BigInteger(), nullable=False),
        sa.Column("regular_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("regular_price_sellers", sa.BigInteger(), nullable=False),
        sa.Column("own_high_fen", sa.BigInteger(), nullable=False),
        sa.Column("own_weeks", sa.BigInteger(), nullable=False),
        sa.Column("others_regular_fen", sa.BigInteger(), nullable=False),
        sa.Column("others_regular_sellers", sa.BigInteger(), nullable=False),
        sa.Column("own_regular_fen", sa.BigInteger(), nullable=False),
        sa.Column("own_regular_weeks", sa.BigInteger(), nullable=False),
        sa.Column("is_uneven", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "supplier_id", name=op.f("pk_reference_price")),
    )
    op.create_index("ix_reference_price_day", "reference_price", ["on_day"], unique=False)
    op.create_table(
        "rule_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("history_digest", sa.String(), nullable=False),
        sa.Column("hit_count", sa.BigInteger(), nullable=False),
        sa.Column("clear_count", sa.BigInteger(), nullable=False),
        sa.Column("not_applicable_count", sa.BigInteger(), nullable=False),
        sa.Column("not_computable_count", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "engine in ('duckdb', 'postgresql', 'clickhouse', 'spark')", name=op.f("ck_rule_run_engine")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_run")),
    )
    op.create_index("ix_rule_run_rule", "rule_run", ["rule_id", "id"], unique=False)
    op.create_table(
        "rule_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("bounds", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("legal_reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("back_test", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("decider_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("mode in ('off', 'shadow', 'on')", name=op.f("ck_rule_change_mode")),
        sa.CheckConstraint(
            "state in ('draft', 'tested', 'shadow', 'proposed', 'in_force', 'rejected', 'withdrawn', 'ended')",
            name=op.f("ck_rule_change_state"),
        ),
        sa.CheckConstraint(
            "state not in ('in_force', 'ended') or decider_id is not null", name=op.f("ck_rule_change_decided")
        ),
        sa.CheckConstraint("decider_id is null or decider_id <> maker_id", name=op.f("ck_rule_change_two_people")),
        sa.ForeignKeyConstraint(["decider_id"], ["user_account.id"], name=op.f("fk_rule_change_decider_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["user_account.id"], name=op.f("fk_rule_change_maker_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_rule_change_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_change")),
        sa.UniqueConstraint("number", name=op.f("uq_rule_change_number")),
    )
    op.create_index("ix_rule_change_rule", "rule_change", ["rule_id", "region_code", "id"], unique=False)
    op.create_table(
        "rule_measurement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.String(), server_default="", nullable=False),
        sa.Column("hit_count", sa.BigInteger(), nullable=False),
        sa.Column("true_count", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "true_count >= 0 and true_count <= hit_count and hit_count > 0", name=op.f("ck_rule_measurement_counts")
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_rule_measurement_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_measurement")),
    )
    op.create_index("ix_rule_measurement_rule", "rule_measurement", ["rule_id", "id"], unique=False)
    op.create_table(
        "recorded_sourcing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sourcing_number", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_hours", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("names_brand", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("matching_products", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("class_products", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("eligible_suppliers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("state in ('open', 'awarded', 'failed')", name=op.f("ck_recorded_sourcing_state")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_recorded_sourcing_region_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_recorded_sourcing_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_sourcing")),
        sa.UniqueConstraint("sourcing_number", name=op.f("uq_recorded_sourcing_sourcing_number")),
    )
    op.create_table(
        "rule_parameter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("lowest", sa.BigInteger(), nullable=True),
        sa.Column("highest", sa.BigInteger(), nullable=True),
        sa.Column("legal_reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("decider_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("level in ('province', 'city', 'county')", name=op.f("ck_rule_parameter_level")),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_rule_parameter_dates")),
        sa.ForeignKeyConstraint(["change_id"], ["rule_change.id"], name=op.f("fk_rule_parameter_change_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["user_account.id"], name=op.f("fk_rule_parameter_decider_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["user_account.id"], name=op.f("fk_rule_parameter_maker_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_rule_parameter_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_parameter")),
    )
    op.create_index(
        "ix_rule_parameter_rule", "rule_parameter", ["rule_id", "name", "region_code", "valid_from"], unique=False
    )
    op.create_index(
        "uq_rule_parameter_open",
        "rule_parameter",
        ["rule_id", "name", "region_code"],
        unique=True,
        postgresql_where=sa.text("valid_to is null"),
    )
    op.create_table(
        "watch_approval",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('import', 'over_standard', 'split', 'scrap', 'late_budget')", name=op.f("ck_watch_approval_kind")
        ),
        sa.CheckConstraint("until_day is null or until_day >= from_day", name=op.f("ck_watch_approval_days")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_watch_approval_entered_by_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_watch_approval_region_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_watch_approval_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_approval")),
        sa.UniqueConstraint(
            "unit_id",
            "kind",
            "number",
            "category_code",
            name=op.f("uq_watch_approval_unit_id_kind_number_category_code"),
        ),
    )
    op.create_table(
        "dishonesty_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("queried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("query_sha256", sa.String(), nullable=False),
        sa.CheckConstraint(
            "list_name in ('serious_violation', 'judgment_defaulter', 'tax_violation', 'procurement_ban')",
            name=op.f("ck_dishonesty_entry_list_name"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_dishonesty_entry_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dishonesty_entry")),
        sa.UniqueConstraint(
            "supplier_id", "list_name", "from_day", name=op.f("uq_dishonesty_entry_supplier_id_list_name_from_day")
        ),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("severity", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("category_code", sa.String(), server_default="", nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.String(), server_default="", nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("documents", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_found_on", sa.Date(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("review_code", sa.String(), server_default="", nullable=False),
        sa.Column("reviewed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(review_code = '') = (reviewed_at is null)", name=op.f("ck_finding_reviewed")),
        sa.CheckConstraint(
            "review_code in ('', 'true', 'configuration', 'service_included', 'remote_freight', 'manufacturer_price', 'urgent', 'approved', 'wrong_category', 'wrong_unit', 'wrong_pack', 'wrong_model', 'rule_wrong')",
            name=op.f("ck_finding_review_code"),
        ),
        sa.CheckConstraint(
            "standing in ('shadow', 'inform', 'warn', 'case', 'hold', 'block')", name=op.f("ck_finding_standing")
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["user_account.id"], name=op.f("fk_finding_reviewed_by_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_finding_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_finding_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("rule_id", "subject", name=op.f("uq_finding_rule_id_subject")),
    )
    op.create_index(
        "ix_finding_document", "finding", ["document"], unique=False, postgresql_where=sa.text("document <> ''")
    )
    op.create_index(
        "ix_finding_loose",
        "finding",
        ["standing"],
        unique=False,
        postgresql_where=sa.text("case_id is null and gone_on is null"),
    )
    op.create_index(
        "ix_finding_product",
        "finding",
        ["product_id", "id"],
        unique=False,
        postgresql_where=sa.text("product_id is not null"),
    )
    op.create_index("ix_finding_region", "finding", ["region_code", "id"], unique=False)
    op.create_index("ix_finding_supplier", "finding", ["supplier_id", "id"], unique=False)
    op.create_index("ix_finding_unit", "finding", ["unit_id", "id"], unique=False)
    op.create_table(
        "outside_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("is_promotion", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_sha256", sa.String(), nullable=False),
        sa.Column("evidence_name", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind in ('own_site', 'e_commerce', 'market')", name=op.f("ck_outside_price_kind")),
        sa.CheckConstraint("state in ('entered', 'confirmed', 'rejected')", name=op.f("ck_outside_price_state")),
        sa.CheckConstraint(
            "confirmed_by_id is null or confirmed_by_id <> entered_by_id", name=op.f("ck_outside_price_two_people")
        ),
        sa.CheckConstraint("price_fen > 0 and pieces > 0", name=op.f("ck_outside_price_positive")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["user_account.id"], name=op.f("fk_outside_price_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_outside_price_entered_by_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_outside_price_product_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_outside_price_region_code")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_outside_price_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_price")),
        sa.UniqueConstraint(
            "product_id",
            "supplier_id",
            "kind",
            "source",
            "captured_at",
            name=op.f("uq_outside_price_product_id_supplier_id_kind_source_captured_at"),
        ),
    )
    op.create_index("ix_outside_price_product", "outside_price", ["product_id", "captured_at"], unique=False)
    op.create_table(
        "recorded_invitation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sourcing_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sourcing_id"], ["recorded_sourcing.id"], name=op.f("fk_recorded_invitation_sourcing_id")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_recorded_invitation_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_invitation")),
        sa.UniqueConstraint("sourcing_id", "supplier_id", name=op.f("uq_recorded_invitation_sourcing_id_supplier_id")),
    )
    op.create_table(
        "recorded_quote",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sourcing_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("is_winner", sa.Boolean(), nullable=False),
        sa.Column("is_priced_by_framework", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("quoted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip_key", sa.String(), server_default="", nullable=False),
        sa.Column("device_key", sa.String(), server_default="", nullable=False),
        sa.Column("certificate_key", sa.String(), server_default="", nullable=False),
        sa.Column("bank_key", sa.String(), server_default="", nullable=False),
        sa.Column("legal_key", sa.String(), server_default="", nullable=False),
        sa.Column("phone_key", sa.String(), server_default="", nullable=False),
        sa.Column("choice_reason", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["sourcing_id"], ["recorded_sourcing.id"], name=op.f("fk_recorded_quote_sourcing_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_recorded_quote_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_quote")),
        sa.UniqueConstraint(
            "sourcing_id", "supplier_id", "line_no", name=op.f("uq_recorded_quote_sourcing_id_supplier_id_line_no")
        ),
    )
    op.create_table(
        "finding_evaluation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("documents", postgresql.JSONB(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_evaluation_finding_id")),
        sa.ForeignKeyConstraint(["run_id"], ["rule_run.id"], name=op.f("fk_finding_evaluation_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_evaluation")),
    )
    op.create_index("ix_finding_evaluation_finding", "finding_evaluation", ["finding_id", "id"], unique=False)
    op.create_table(
        "watch_calendar",
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("working_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_watch_calendar")),
    )
    op.create_table(
        "supplier_group",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_group_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_supplier_group")),
    )
    op.create_index("ix_supplier_group_group_key", "supplier_group", ["group_key"], unique=False)
