"""The first schema: the mall's tables, the ledger, and what the application's role may do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from ledger import schema as ledger_schema
from mall.migrations import grants

revision = "0001"
down_revision = None

TABLES = (
    "acceptance",
    "api_token",
    "asset_card",
    "audit_record",
    "cart_line",
    "category",
    "category_total",
    "contract",
    "delivery_note",
    "demo_stage",
    "dispute",
    "document_step",
    "import_batch",
    "import_category_word",
    "import_header_word",
    "import_row",
    "invoice",
    "known_device",
    "listing",
    "notice",
    "order_line",
    "organisation",
    "outbox_event",
    "payment_request",
    "price_change",
    "printed_document",
    "product",
    "purchase_order",
    "rating",
    "region",
    "regional_rule",
    "request_record",
    "search_task",
    "sign_in_counter",
    "signature",
    "supplier",
    "treasury_batch",
    "treasury_file",
    "treasury_return",
    "user_account",
    "user_post",
    "web_session",
    "welcome_link",
    "worker_heartbeat",
)
SEQUENCES = (
    "number_acceptance",
    "number_asset",
    "number_contract",
    "number_dispute",
    "number_order",
    "number_payment",
    "number_receipt",
    "number_shipment",
)


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    create_tables()
    # Fund-use plans come with a later version.
    ledger_schema.install(op.get_bind(), app_role=app_role, without=("cash_plan",))
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))
    op.execute(sa.text(f'GRANT SELECT ON alembic_version TO "{app_role}"'))


def create_tables() -> None:
    op.create_table(
        "audit_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.CheckConstraint("result in ('done', 'refused', 'failed')", name=op.f("ck_audit_record_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
    )
    op.create_index("ix_audit_record_at", "audit_record", ["at"], unique=False)
    op.create_index("ix_audit_record_subject", "audit_record", ["subject", "id"], unique=False)
    op.create_index("ix_audit_record_user_id", "audit_record", ["user_id", "id"], unique=False)
    op.create_table(
        "category",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), server_default="", nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("in_mall", sa.Boolean(), nullable=False),
        sa.Column("is_centralised", sa.Boolean(), nullable=False),
        sa.Column("is_asset", sa.Boolean(), nullable=False),
        sa.Column("asset_ceiling_fen", sa.BigInteger(), nullable=True),
        sa.Column("min_years", sa.BigInteger(), nullable=True),
        sa.Column("default_unit", sa.String(), server_default="", nullable=False),
        sa.Column("aliases", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("kind in ('goods', 'services', 'works')", name=op.f("ck_category_kind")),
        sa.ForeignKeyConstraint(["parent_code"], ["category.code"], name=op.f("fk_category_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_category")),
    )
    op.create_index("ix_category_parent", "category", ["parent_code"], unique=False)
    op.create_table(
        "demo_stage",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_demo_stage")),
    )
    op.create_table(
        "document_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_step")),
    )
    op.create_index("ix_document_step_document", "document_step", ["document", "id"], unique=False)
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('waiting', 'done', 'parked')", name=op.f("ck_outbox_event_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    op.create_index(
        "ix_outbox_event_open_document",
        "outbox_event",
        ["document", "id"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "ix_outbox_event_waiting", "outbox_event", ["id"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "printed_document",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit_name", sa.String(), nullable=False),
        sa.Column("supplier_name", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_document")),
        sa.UniqueConstraint("code", name=op.f("uq_printed_document_code")),
        sa.UniqueConstraint(
            "kind", "number", "content_hash", name=op.f("uq_printed_document_kind_number_content_hash")
        ),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("limit_level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.BigInteger(), nullable=True),
        sa.Column("is_province_managed", sa.Boolean(), nullable=False),
        sa.Column("is_statistical_zone", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level in ('province', 'city', 'county')", name=op.f("ck_region_level")),
        sa.CheckConstraint(
            "limit_level in ('province', 'capital', 'city', 'county')", name=op.f("ck_region_limit_level")
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["region.code"], name=op.f("fk_region_parent_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "request_record",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "action", "request_key", name=op.f("pk_request_record")),
    )
    op.create_table(
        "search_task",
        sa.Column("listing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serial", sa.BigInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_search_task")),
    )
    op.create_table(
        "sign_in_counter",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_counter")),
    )
    op.create_index("ix_sign_in_counter_opened_at", "sign_in_counter", ["opened_at"], unique=False)
    op.create_table(
        "treasury_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sequence_no", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("payment_count", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("payment_count > 0 and amount_fen > 0", name=op.f("ck_treasury_batch_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treasury_batch")),
        sa.UniqueConstraint("file_name", name=op.f("uq_treasury_batch_file_name")),
        sa.UniqueConstraint("sequence_no", name=op.f("uq_treasury_batch_sequence_no")),
    )
    op.create_table(
        "treasury_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treasury_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_treasury_file_sha256")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(), server_default="zh", nullable=False),
        sa.CheckConstraint("state in ('invited', 'active', 'disabled')", name=op.f("ck_user_account_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
    )
    op.create_index("uq_user_account_username", "user_account", [sa.literal_column("lower(username)")], unique=True)
    op.create_table(
        "worker_heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_heartbeat")),
    )
    op.create_table(
        "known_device",
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_known_device_user_id")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_known_device")),
    )
    op.create_index(op.f("ix_known_device_user_id"), "known_device", ["user_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_notice_event_id_user_id")),
    )
    op.create_index("ix_notice_document", "notice", ["document"], unique=False)
    op.create_index("ix_notice_user", "notice", ["user_id", "id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), server_default="", nullable=False),
        sa.Column("credit_code", sa.String(), nullable=True),
        sa.Column("staff_quota", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.CheckConstraint(
            "kind in ('unit', 'department', 'supplier', 'centre', 'finance', 'platform')",
            name=op.f("ck_organisation_kind"),
        ),
        sa.CheckConstraint("state in ('active', 'closed')", name=op.f("ck_organisation_state")),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_organisation_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_index("ix_organisation_region", "organisation", ["region_code", "kind"], unique=False)
    op.create_index(
        "uq_organisation_credit_code",
        "organisation",
        ["credit_code"],
        unique=True,
        postgresql_where=sa.text("credit_code is not null"),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("category_code", sa.String(), nullable=True),
        sa.Column("brand", sa.String(), server_default="", nullable=False),
        sa.Column("model", sa.String(), server_default="", nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("match_key", sa.String(), nullable=False),
        sa.Column("specification", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("base_unit", sa.String(), server_default="", nullable=False),
        sa.Column("is_green", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_product_category_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    op.create_index("ix_product_category", "product", ["category_code"], unique=False)
    op.create_index("uq_product_gtin", "product", ["gtin"], unique=True, postgresql_where=sa.text("gtin is not null"))
    op.create_index("uq_product_match_key", "product", ["match_key"], unique=True)
    op.create_table(
        "regional_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("tightens", sa.String(), nullable=False),
        sa.Column("legal_source", sa.String(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.CheckConstraint(
            "level in ('', 'province', 'capital', 'city', 'county')", name=op.f("ck_regional_rule_level")
        ),
        sa.CheckConstraint("tightens in ('lower', 'higher')", name=op.f("ck_regional_rule_tightens")),
        sa.CheckConstraint("valid_to is null or valid_to > valid_from", name=op.f("ck_regional_rule_dates")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_regional_rule_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regional_rule")),
    )
    op.create_index("ix_regional_rule_code", "regional_rule", ["code", "region_code"], unique=False)
    op.create_table(
        "treasury_return",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("treasury_reference", sa.String(), nullable=False),
        sa.Column("payment_number", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome in ('paid', 'refused', 'repeated', 'unknown', 'mismatch', 'conflict')",
            name=op.f("ck_treasury_return_outcome"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["treasury_file.id"], name=op.f("fk_treasury_return_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treasury_return")),
        sa.UniqueConstraint("file_id", "line_no", name=op.f("uq_treasury_return_file_id_line_no")),
        sa.UniqueConstraint(
            "treasury_reference", "payment_number", name=op.f("uq_treasury_return_treasury_reference_payment_number")
        ),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("contents", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_web_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_web_session_secret_hash")),
    )
    op.create_index("ix_web_session_last_seen_at", "web_session", ["last_seen_at"], unique=False)
    op.create_index("ix_web_session_user_id", "web_session", ["user_id"], unique=False)
    op.create_table(
        "welcome_link",
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_welcome_link_user_id")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_welcome_link")),
    )
    op.create_index(op.f("ix_welcome_link_user_id"), "welcome_link", ["user_id"], unique=False)
    op.create_table(
        "category_total",
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_category_total_amount")),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_category_total_category_code")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_category_total_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "year", "mode", "category_code", name=op.f("pk_category_total")),
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credit_code", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("suspended_reason", sa.String(), server_default="", nullable=False),
        sa.Column("licence_expires_on", sa.Date(), nullable=True),
        sa.Column("is_small_firm", sa.Boolean(), nullable=False),
        sa.Column("contact_name", sa.String(), server_default="", nullable=False),
        sa.Column("contact_phone", sa.String(), server_default="", nullable=False),
        sa.Column("bank_name", sa.String(), server_default="", nullable=False),
        sa.Column("bank_account", sa.String(), server_default="", nullable=False),
        sa.Column("silent_declines", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rating_sum", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rating_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("state in ('active', 'suspended', 'removed')", name=op.f("ck_supplier_state")),
        sa.ForeignKeyConstraint(["id"], ["organisation.id"], name=op.f("fk_supplier_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_supplier_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
    )
    op.create_table(
        "user_post",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role in ('handler', 'approver', 'leader', 'receiver', 'acceptor', 'accountant', 'finance', 'supplier', 'centre', 'regulator', 'budget', 'sysadmin', 'secadmin', 'auditor')",
            name=op.f("ck_user_post_role"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_user_post_organisation_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_post_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_post")),
    )
    op.create_index("ix_user_post_organisation", "user_post", ["organisation_id", "role"], unique=False)
    op.create_index(
        "uq_user_post_current",
        "user_post",
        ["user_id", "organisation_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "uq_user_post_one_officer",
        "user_post",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null and role in ('sysadmin', 'secadmin', 'auditor')"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["user_post.id"], name=op.f("fk_api_token_post_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("mapping_hash", sa.String(), server_default="", nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), server_default="received", nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asks_columns", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("encoding", sa.String(), server_default="", nullable=False),
        sa.Column("delimiter", sa.String(), server_default="", nullable=False),
        sa.Column("sheet", sa.String(), server_default="", nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("header_row", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("unknown_headers", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("preamble", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("samples", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("rows_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("blocks_staged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rows_staged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("merged_to_row", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("listings_touched", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("refusal_code", sa.String(), server_default="", nullable=False),
        sa.Column("refusal_facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("mode in ('dry-run', 'partial', 'all-or-nothing')", name=op.f("ck_import_batch_mode")),
        sa.CheckConstraint(
            "stage in ('received', 'columns', 'decoded', 'staged', 'checked', 'merging', 'merged', 'failed')",
            name=op.f("ck_import_batch_stage"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_import_batch_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint(
            "supplier_id",
            "sha256",
            "mapping_hash",
            "attempt",
            name=op.f("uq_import_batch_supplier_id_sha256_mapping_hash_attempt"),
        ),
    )
    op.create_table(
        "import_category_word",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_code"], ["category.code"], name=op.f("fk_import_category_word_category_code")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_import_category_word_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", "word", name=op.f("pk_import_category_word")),
    )
    op.create_table(
        "import_header_word",
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("column_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_import_header_word_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", "header", name=op.f("pk_import_header_word")),
    )
    op.create_table(
        "listing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("supplier_category", sa.String(), server_default="", nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("market_price_fen", sa.BigInteger(), nullable=True),
        sa.Column("tax_rate_bp", sa.BigInteger(), server_default="1300", nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("pack_size", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("pack_text", sa.String(), server_default="", nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("delivery_days", sa.BigInteger(), server_default="3", nullable=False),
        sa.Column("region_codes", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("origin", sa.String(), server_default="", nullable=False),
        sa.Column("warranty_months", sa.BigInteger(), nullable=True),
        sa.Column("description_html", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("sold_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('needs_category', 'on_shelf', 'off_shelf')", name=op.f("ck_listing_state")),
        sa.CheckConstraint("pack_size > 0", name=op.f("ck_listing_pack_size")),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_listing_price")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_listing_product_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_listing_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("supplier_id", "sku", name=op.f("uq_listing_supplier_id_sku")),
    )
    op.create_index("ix_listing_product", "listing", ["product_id"], unique=False)
    op.create_table(
        "purchase_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(), server_default="direct_purchase", nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("handler_id", sa.BigInteger(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=True),
        sa.Column("leader_id", sa.BigInteger(), nullable=True),
        sa.Column("receiver_id", sa.BigInteger(), nullable=True),
        sa.Column("acceptor_id", sa.BigInteger(), nullable=True),
        sa.Column("accountant_id", sa.BigInteger(), nullable=True),
        sa.Column("finance_id", sa.BigInteger(), nullable=True),
        sa.Column("earlier_people", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("named_receiver_id", sa.BigInteger(), nullable=True),
        sa.Column("delivery", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("judged_by", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("round", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("payment_due_on", sa.Date(), nullable=True),
        sa.Column("cancellation_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancellation_reason", sa.String(), server_default="", nullable=False),
        sa.Column("short_requested", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("first_accepted", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'cancelled', 'returned', 'endorsed', 'approved', 'confirmed', 'declined', 'contracted', 'shipped', 'received', 'refused', 'accepted', 'disputed', 'invoiced', 'payment_requested', 'in_payment', 'paid', 'closed')",
            name=op.f("ck_purchase_order_state"),
        ),
        sa.CheckConstraint(
            "handler_id <> approver_id and handler_id <> leader_id and handler_id <> receiver_id and handler_id <> acceptor_id and handler_id <> accountant_id and handler_id <> finance_id and approver_id <> leader_id and approver_id <> receiver_id and approver_id <> acceptor_id and approver_id <> accountant_id and approver_id <> finance_id and leader_id <> receiver_id and leader_id <> acceptor_id and leader_id <> accountant_id and leader_id <> finance_id and receiver_id <> acceptor_id and receiver_id <> accountant_id and receiver_id <> finance_id and acceptor_id <> accountant_id and acceptor_id <> finance_id and accountant_id <> finance_id",
            name=op.f("ck_purchase_order_separate_people"),
        ),
        sa.CheckConstraint("total_fen >= 0", name=op.f("ck_purchase_order_total")),
        sa.ForeignKeyConstraint(["acceptor_id"], ["user_account.id"], name=op.f("fk_purchase_order_acceptor_id")),
        sa.ForeignKeyConstraint(["accountant_id"], ["user_account.id"], name=op.f("fk_purchase_order_accountant_id")),
        sa.ForeignKeyConstraint(["approver_id"], ["user_account.id"], name=op.f("fk_purchase_order_approver_id")),
        sa.ForeignKeyConstraint(["finance_id"], ["user_account.id"], name=op.f("fk_purchase_order_finance_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["user_account.id"], name=op.f("fk_purchase_order_handler_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["user_account.id"], name=op.f("fk_purchase_order_leader_id")),
        sa.ForeignKeyConstraint(
            ["named_receiver_id"], ["user_account.id"], name=op.f("fk_purchase_order_named_receiver_id")
        ),
        sa.ForeignKeyConstraint(["receiver_id"], ["user_account.id"], name=op.f("fk_purchase_order_receiver_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_purchase_order_region_code")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_order_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_purchase_order_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
    )
    op.create_index("ix_purchase_order_handler", "purchase_order", ["handler_id", "id"], unique=False)
    op.create_index(
        "ix_purchase_order_open",
        "purchase_order",
        ["state", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_index("ix_purchase_order_region", "purchase_order", ["region_code", "id"], unique=False)
    op.create_index("ix_purchase_order_supplier", "purchase_order", ["supplier_id", "id"], unique=False)
    op.create_index("ix_purchase_order_unit", "purchase_order", ["unit_id", "id"], unique=False)
    op.create_table(
        "acceptance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("quantities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("is_deemed", sa.Boolean(), nullable=False),
        sa.Column("receiver_id", sa.BigInteger(), nullable=True),
        sa.Column("receiver_name", sa.String(), nullable=False),
        sa.Column("acceptor_id", sa.BigInteger(), nullable=True),
        sa.Column("acceptor_name", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("acceptor_id is null or acceptor_id <> receiver_id", name=op.f("ck_acceptance_two_people")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_acceptance_amount")),
        sa.ForeignKeyConstraint(["acceptor_id"], ["user_account.id"], name=op.f("fk_acceptance_acceptor_id")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_acceptance_order_id")),
        sa.ForeignKeyConstraint(["receiver_id"], ["user_account.id"], name=op.f("fk_acceptance_receiver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
        sa.UniqueConstraint("number", name=op.f("uq_acceptance_number")),
    )
    op.create_index("ix_acceptance_order", "acceptance", ["order_id", "id"], unique=False)
    op.create_table(
        "cart_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("seen_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("seen_version", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity between 1 and 1000000", name=op.f("ck_cart_line_quantity")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_cart_line_listing_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_cart_line_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_cart_line_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_line")),
        sa.UniqueConstraint("user_id", "unit_id", "listing_id", name=op.f("uq_cart_line_user_id_unit_id_listing_id")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("drawn_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_contract_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_contract_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
        sa.UniqueConstraint("order_id", name=op.f("uq_contract_order_id")),
    )
    op.create_table(
        "delivery_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("quantities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("carrier", sa.String(), server_default="", nullable=False),
        sa.Column("tracking_number", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("person_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('shipment', 'receipt', 'refusal')", name=op.f("ck_delivery_note_kind")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_delivery_note_order_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_delivery_note_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_note")),
        sa.UniqueConstraint("number", name=op.f("uq_delivery_note_number")),
    )
    op.create_index("ix_delivery_note_order", "delivery_note", ["order_id", "id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("quantities", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.Column("decision", sa.String(), server_default="", nullable=False),
        sa.Column("settled_by", sa.String(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_dispute_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("number", name=op.f("uq_dispute_number")),
    )
    op.create_index("ix_dispute_order", "dispute", ["order_id", "id"], unique=False)
    op.create_index(
        "uq_dispute_open", "dispute", ["order_id"], unique=True, postgresql_where=sa.text("settled_at is null")
    )
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("category_word", sa.String(), nullable=True),
        sa.Column("brand", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("match_part", sa.String(), nullable=False),
        sa.Column("specification", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("base_unit", sa.String(), nullable=True),
        sa.Column("pack_size", sa.BigInteger(), nullable=False),
        sa.Column("pack_text", sa.String(), nullable=True),
        sa.Column("price_fen", sa.BigInteger(), nullable=True),
        sa.Column("market_price_fen", sa.BigInteger(), nullable=True),
        sa.Column("tax_rate_bp", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("delivery_days", sa.BigInteger(), nullable=True),
        sa.Column("region_codes", postgresql.ARRAY(sa.Integer()), nullable=True),
        sa.Column("origin", sa.String(), nullable=True),
        sa.Column("warranty_months", sa.BigInteger(), nullable=True),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.Column("is_green", sa.Boolean(), nullable=False),
        sa.Column("is_shelved", sa.Boolean(), nullable=False),
        sa.Column("description_html", sa.String(), nullable=True),
        sa.Column("codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("batch_codes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=True),
        sa.Column("category_code", sa.String(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("old_price_fen", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(
            "outcome in ('new', 'price_rise', 'price_cut', 'changed', 'unchanged', 'needs_category', 'faulty')",
            name=op.f("ck_import_row_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "row_number", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_outcome", "import_row", ["batch_id", "outcome", "row_number"], unique=False)
    op.create_table(
        "invoice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_invoice_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_invoice_order_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_invoice_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        sa.UniqueConstraint("order_id", name=op.f("uq_invoice_order_id")),
    )
    op.create_table(
        "order_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("listing_version", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("specification", sa.String(), server_default="", nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("contract_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate_bp", sa.BigInteger(), nullable=False),
        sa.Column("is_asset", sa.Boolean(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("received", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("accepted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("released", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "contract_price_fen > 0 and contract_price_fen <= price_fen", name=op.f("ck_order_line_price_only_falls")
        ),
        sa.CheckConstraint("quantity > 0 and price_fen > 0", name=op.f("ck_order_line_positive")),
        sa.CheckConstraint(
            "shipped >= received and received >= accepted and accepted >= 0 and released >= 0 and shipped + released <= quantity",
            name=op.f("ck_order_line_quantities"),
        ),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_order_line_category_code")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_order_line_listing_id")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_order_line_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "line_no", name=op.f("uq_order_line_order_id_line_no")),
    )
    op.create_index("ix_order_line_budget_line", "order_line", ["budget_line_id"], unique=False)
    op.create_index("ix_order_line_listing", "order_line", ["listing_id"], unique=False)
    op.create_index("ix_order_line_product", "order_line", ["product_id"], unique=False)
    op.create_table(
        "payment_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("amounts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payee", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("accountant_id", sa.BigInteger(), nullable=False),
        sa.Column("finance_id", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("treasury_reference", sa.String(), server_default="", nullable=False),
        sa.Column("refusal_code", sa.String(), server_default="", nullable=False),
        sa.Column("refusal_reason", sa.String(), server_default="", nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('requested', 'returned', 'approved', 'sent', 'paid', 'refused')",
            name=op.f("ck_payment_request_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_request_amount")),
        sa.CheckConstraint(
            "finance_id is null or finance_id <> accountant_id", name=op.f("ck_payment_request_two_people")
        ),
        sa.ForeignKeyConstraint(["accountant_id"], ["user_account.id"], name=op.f("fk_payment_request_accountant_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["treasury_batch.id"], name=op.f("fk_payment_request_batch_id")),
        sa.ForeignKeyConstraint(["finance_id"], ["user_account.id"], name=op.f("fk_payment_request_finance_id")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_payment_request_order_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_payment_request_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_payment_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_request")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_request_number")),
    )
    op.create_index("ix_payment_request_order", "payment_request", ["order_id", "id"], unique=False)
    op.create_index("ix_payment_request_state", "payment_request", ["state", "id"], unique=False)
    op.create_index(
        "uq_payment_request_open",
        "payment_request",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state in ('requested', 'approved', 'sent', 'paid')"),
    )
    op.create_table(
        "price_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("old_price_fen", sa.BigInteger(), nullable=True),
        sa.Column("new_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("new_price_fen > 0", name=op.f("ck_price_change_new_price")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_price_change_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    op.create_index("ix_price_change_listing", "price_change", ["listing_id", "changed_at"], unique=False)
    op.create_table(
        "rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("goods", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.String(), server_default="", nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("rated_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "goods between 1 and 5 and delivery between 1 and 5 and service between 1 and 5",
            name=op.f("ck_rating_marks"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_rating_order_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_rating_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("order_id", name=op.f("uq_rating_order_id")),
    )
    op.create_table(
        "asset_card",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("piece_no", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("serial_number", sa.String(), server_default="", nullable=False),
        sa.Column("place", sa.String(), server_default="", nullable=False),
        sa.Column("keeper", sa.String(), server_default="", nullable=False),
        sa.Column("useful_years", sa.BigInteger(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('waiting', 'registered')", name=op.f("ck_asset_card_state")),
        sa.ForeignKeyConstraint(["category_code"], ["category.code"], name=op.f("fk_asset_card_category_code")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_asset_card_order_id")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_asset_card_order_line_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_asset_card_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_card")),
        sa.UniqueConstraint("number", name=op.f("uq_asset_card_number")),
        sa.UniqueConstraint("order_line_id", "piece_no", name=op.f("uq_asset_card_order_line_id_piece_no")),
    )
    op.create_index("ix_asset_card_order", "asset_card", ["order_id"], unique=False)
    op.create_index("ix_asset_card_unit", "asset_card", ["unit_id", "state"], unique=False)
    op.create_table(
        "signature",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("signer_name", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("side in ('unit', 'supplier')", name=op.f("ck_signature_side")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_signature_contract_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_signature_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("contract_id", "side", name=op.f("uq_signature_contract_id_side")),
    )
