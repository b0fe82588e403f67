"""Several invoices and payments an order; credit notes, changes agreed after the contract, refund claims, channels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0010"
down_revision = "0009"

TABLES = ("credit_note", "payment_channel", "refund_claim", "settlement_change")
SEQUENCES = ("number_change", "number_refund")

ORDER_STATES = (
    "state in ('draft', 'submitted', 'cancelled', 'returned', 'endorsed', 'approved', 'confirmed', 'declined', "
    "'contracted', 'shipped', 'received', 'refused', 'accepted', 'disputed', 'invoiced', 'payment_requested', "
    "'in_payment', 'retained', 'paid', 'closed')"
)
PAYMENT_STATES = "state in ('requested', 'returned', 'approved', 'sent', 'paid', 'refused', 'bounced')"
CHANNELS = "channel in ('treasury_direct', 'treasury_authorised', 'real_account')"
# Until now a payment was for all that was accepted; from now on that may change after it.
_GOODS = (
    "update payment_request p set goods = (select jsonb_agg(jsonb_build_array(line_no, accepted, contract_price_fen)"
    " order by line_no) from order_line l where l.order_id = p.order_id and accepted > 0)"
)
JSONB = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    _widen_orders()
    _widen_invoices()
    create_tables()
    _widen_payments()
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def _widen_orders() -> None:
    op.drop_constraint(op.f("ck_purchase_order_state"), "purchase_order", type_="check")
    op.create_check_constraint(op.f("ck_purchase_order_state"), "purchase_order", ORDER_STATES)
    op.add_column("order_line", sa.Column("cut_fen", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(
        op.f("ck_order_line_cut"), "order_line", "cut_fen >= 0 and cut_fen <= accepted * contract_price_fen"
    )
    # Sheets are never changed: those from before go by their order's day.
    op.add_column("acceptance", sa.Column("due_on", sa.Date(), nullable=True))


def _widen_invoices() -> None:
    op.drop_constraint(op.f("uq_invoice_order_id"), "invoice", type_="unique")
    op.add_column("invoice", sa.Column("acceptances", JSONB, server_default="[]", nullable=False))
    op.create_index("ix_invoice_order", "invoice", ["order_id", "id"], unique=False)


def _widen_payments() -> None:
    op.drop_constraint(op.f("ck_payment_request_state"), "payment_request", type_="check")
    op.create_check_constraint(op.f("ck_payment_request_state"), "payment_request", PAYMENT_STATES)
    op.drop_index("uq_payment_request_open", table_name="payment_request")
    op.add_column(
        "payment_request", sa.Column("channel", sa.String(), server_default="treasury_direct", nullable=False)
    )
    op.create_check_constraint(op.f("ck_payment_request_channel"), "payment_request", CHANNELS)
    op.add_column("payment_request", sa.Column("goods", JSONB, server_default="[]", nullable=False))
    op.execute(_GOODS)
    op.add_column("payment_request", sa.Column("reason", sa.String(), server_default="", nullable=False))
    op.add_column("payment_request", sa.Column("offset_claim_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_payment_request_offset_claim_id"), "payment_request", "refund_claim", ["offset_claim_id"], ["id"]
    )
    op.create_index(
        "uq_payment_request_offset",
        "payment_request",
        ["offset_claim_id"],
        unique=True,
        postgresql_where=sa.text("offset_claim_id is not null and state in ('requested', 'approved', 'sent', 'paid')"),
    )


def create_tables() -> None:
    op.create_table(
        "payment_channel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("fund_source", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("legal_source", sa.String(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(CHANNELS, name=op.f("ck_payment_channel_channel")),
        sa.CheckConstraint("valid_to is null or valid_to > valid_from", name=op.f("ck_payment_channel_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_channel")),
        sa.UniqueConstraint("fund_source", "valid_from", name=op.f("uq_payment_channel_fund_source_valid_from")),
    )
    op.create_table(
        "credit_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_credit_note_amount")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_credit_note_invoice_id")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_credit_note_order_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_credit_note_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_note")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_note_number")),
    )
    op.create_index("ix_credit_note_order", "credit_note", ["order_id", "id"], unique=False)
    _create_changes()
    _create_claims()


def _create_changes() -> None:
    op.create_table(
        "settlement_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lines", JSONB, server_default="{}", nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('asked', 'agreed', 'declined', 'withdrawn', 'released')",
            name=op.f("ck_settlement_change_state"),
        ),
        sa.CheckConstraint(
            "kind in ('price_cut', 'return_for_good', 'return_to_replace', 'retention')",
            name=op.f("ck_settlement_change_kind"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_settlement_change_amount")),
        sa.CheckConstraint("(kind = 'retention') = (due_on is not null)", name=op.f("ck_settlement_change_due_on")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_settlement_change_order_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_settlement_change_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_settlement_change_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_change")),
        sa.UniqueConstraint("number", name=op.f("uq_settlement_change_number")),
    )
    op.create_index("ix_settlement_change_order", "settlement_change", ["order_id", "id"], unique=False)
    op.create_index(
        "uq_settlement_change_asked",
        "settlement_change",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_settlement_change_due",
        "settlement_change",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("kind = 'retention' and state = 'agreed'"),
    )


def _create_claims() -> None:
    op.create_table(
        "refund_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_prior", sa.Boolean(), nullable=False),
        sa.Column("lines", JSONB, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("amounts", JSONB, nullable=False),
        sa.Column("channels", JSONB, nullable=False),
        sa.Column("costs", JSONB, server_default="{}", nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), server_default="", nullable=False),
        sa.Column("reference_of_receipt", sa.String(), server_default="", nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('claimed', 'agreed', 'disputed', 'withdrawn', 'received', 'offset', 'given_up')",
            name=op.f("ck_refund_claim_state"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refund_claim_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_refund_claim_order_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_refund_claim_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_refund_claim_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_claim")),
        sa.UniqueConstraint("number", name=op.f("uq_refund_claim_number")),
    )
    op.create_index("ix_refund_claim_order", "refund_claim", ["order_id", "id"], unique=False)
    op.create_index(
        "uq_refund_claim_open",
        "refund_claim",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text("state in ('claimed', 'disputed')"),
    )
    op.create_index(
        "ix_refund_claim_due",
        "refund_claim",
        ["unit_id", "supplier_id"],
        unique=False,
        postgresql_where=sa.text("state = 'agreed'"),
    )
