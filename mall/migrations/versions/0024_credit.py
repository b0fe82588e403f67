"""Credit: entries, standings, measures, inspections, public reports, and the exchange with the credit platform."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0024"
down_revision = "0023"

TABLES = (
    "credit_answer",
    "credit_message",
    "inspection_draw",
    "public_report",
    "credit_entry",
    "credit_grade",
    "credit_standing",
    "public_report_words",
    "dishonesty_query",
    "inspection_task",
    "supplier_stop",
    "measure",
)
SEQUENCES: tuple[str, ...] = (
    "number_measure",
    "number_public_report",
    "number_inspection_draw",
    "number_inspection_task",
)


def upgrade() -> None:
    for sequence in SEQUENCES:
        op.execute(sa.schema.CreateSequence(sa.Sequence(sequence)))
    _create_tables()
    # Who was stopped before there were stops was stopped by the centre.
    op.execute(
        sa.text(
            "insert into supplier_stop (supplier_id, kind, source, reason, placed_at)"
            " select id, state, 'centre', suspended_reason, now() from supplier where state <> 'active'"
        )
    )
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=list(SEQUENCES), app_role=app_role):
        op.execute(sa.text(statement))


def _create_tables() -> None:
    op.create_table(
        "credit_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("queried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("came_by", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("came_by in ('file', 'api')", name=op.f("ck_credit_answer_came_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_answer")),
        sa.UniqueConstraint("sha256", name=op.f("uq_credit_answer_sha256")),
    )
    op.create_table(
        "credit_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sequence_no", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("measure_count", sa.BigInteger(), nullable=False),
        sa.Column("grade_count", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_message")),
        sa.UniqueConstraint("sequence_no", name=op.f("uq_credit_message_sequence_no")),
    )
    op.create_table(
        "inspection_draw",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("anchor_name", sa.String(), nullable=False),
        sa.Column("anchor_digest", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("member_count", sa.BigInteger(), nullable=False),
        sa.Column("drawn_count", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.String(), nullable=False),
        sa.Column("population_sha256", sa.String(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("member_count >= drawn_count and drawn_count >= 0", name=op.f("ck_inspection_draw_counts")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_inspection_draw_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_draw")),
        sa.UniqueConstraint("number", name=op.f("uq_inspection_draw_number")),
        sa.UniqueConstraint("region_code", "day", name=op.f("uq_inspection_draw_region_code_day")),
    )
    op.create_table(
        "public_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), server_default="", nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('filed', 'handling', 'answered', 'closed')", name=op.f("ck_public_report_state")),
        sa.CheckConstraint(
            "subject in ('price', 'goods', 'supplier', 'unit', 'official', 'other')",
            name=op.f("ck_public_report_subject"),
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_public_report_region_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_report")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_public_report_code_hash")),
        sa.UniqueConstraint("number", name=op.f("uq_public_report_number")),
    )
    op.create_index("ix_public_report_region", "public_report", ["region_code", "state", "id"], unique=False)
    op.create_table(
        "credit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("party_kind", sa.String(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_correction", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("formula_version", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "dimension in ('price', 'delivery', 'quality', 'honesty', 'response', 'acceptance', 'payment', 'competition', 'answers')",
            name=op.f("ck_credit_entry_dimension"),
        ),
        sa.CheckConstraint("party_kind in ('supplier', 'unit')", name=op.f("ck_credit_entry_party_kind")),
        sa.CheckConstraint("points <> 0 and expires_on > day", name=op.f("ck_credit_entry_counts")),
        sa.ForeignKeyConstraint(["party_id"], ["organisation.id"], name=op.f("fk_credit_entry_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entry")),
    )
    op.create_index("ix_credit_entry_party", "credit_entry", ["party_id", "source"], unique=False)
    op.create_table(
        "credit_grade",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("deeds", sa.BigInteger(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("formula_version", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "grade in ('A', 'B', 'C', 'D') and before in ('', 'A', 'B', 'C', 'D')", name=op.f("ck_credit_grade_grade")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["organisation.id"], name=op.f("fk_credit_grade_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_grade")),
    )
    op.create_index("ix_credit_grade_party", "credit_grade", ["party_id", "id"], unique=False)
    op.create_table(
        "credit_standing",
        sa.Column("party_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_kind", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("marks", postgresql.JSONB(), nullable=False),
        sa.Column("deeds", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("formula_version", sa.BigInteger(), nullable=False),
        sa.Column("reckoned_on", sa.Date(), nullable=False),
        sa.CheckConstraint("grade in ('A', 'B', 'C', 'D')", name=op.f("ck_credit_standing_grade")),
        sa.CheckConstraint("party_kind in ('supplier', 'unit')", name=op.f("ck_credit_standing_party_kind")),
        sa.CheckConstraint("score between 0 and 10000", name=op.f("ck_credit_standing_score")),
        sa.ForeignKeyConstraint(["party_id"], ["organisation.id"], name=op.f("fk_credit_standing_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_credit_standing")),
    )
    op.create_index(
        "ix_credit_standing_region", "credit_standing", ["region_code", "party_kind", "score"], unique=False
    )
    op.create_table(
        "public_report_words",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(side = 'office') = (user_id is not null)", name=op.f("ck_public_report_words_person")),
        sa.CheckConstraint("side in ('reporter', 'office')", name=op.f("ck_public_report_words_side")),
        sa.ForeignKeyConstraint(["report_id"], ["public_report.id"], name=op.f("fk_public_report_words_report_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_public_report_words_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_report_words")),
    )
    op.create_index("ix_public_report_words_report", "public_report_words", ["report_id", "id"], unique=False)
    op.create_table(
        "dishonesty_query",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger(), nullable=False),
        sa.Column("queried_on", sa.Date(), nullable=False),
        sa.Column("entry_count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("entry_count >= 0", name=op.f("ck_dishonesty_query_entry_count")),
        sa.ForeignKeyConstraint(["answer_id"], ["credit_answer.id"], name=op.f("fk_dishonesty_query_answer_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_dishonesty_query_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dishonesty_query")),
    )
    op.create_index("ix_dishonesty_query_supplier", "dishonesty_query", ["supplier_id", "queried_on"], unique=False)
    op.create_table(
        "inspection_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("inspector_id", sa.BigInteger(), nullable=True),
        sa.Column("snapshot", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("snapshot_sha256", sa.String(), server_default="", nullable=False),
        sa.Column("snapshot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(), server_default="", nullable=False),
        sa.Column("finding_code", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(result = 'finding') = (finding_code <> '')", name=op.f("ck_inspection_task_finding")),
        sa.CheckConstraint("(state = 'done') = (result <> '')", name=op.f("ck_inspection_task_done")),
        sa.CheckConstraint(
            "finding_code in ('', 'price_too_high', 'not_as_described', 'image_wrong', 'category_wrong', 'not_available', 'paper_missing', 'quantity_differs', 'other')",
            name=op.f("ck_inspection_task_finding_code"),
        ),
        sa.CheckConstraint("kind in ('listing', 'order')", name=op.f("ck_inspection_task_kind")),
        sa.CheckConstraint("result in ('', 'ok', 'finding')", name=op.f("ck_inspection_task_result")),
        sa.CheckConstraint(
            "state = 'open' or (inspector_id is not null and snapshot_sha256 <> '')",
            name=op.f("ck_inspection_task_taken"),
        ),
        sa.CheckConstraint("state in ('open', 'taken', 'done')", name=op.f("ck_inspection_task_state")),
        sa.ForeignKeyConstraint(["draw_id"], ["inspection_draw.id"], name=op.f("fk_inspection_task_draw_id")),
        sa.ForeignKeyConstraint(["inspector_id"], ["user_account.id"], name=op.f("fk_inspection_task_inspector_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_inspection_task_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_task")),
        sa.UniqueConstraint("draw_id", "subject", name=op.f("uq_inspection_task_draw_id_subject")),
        sa.UniqueConstraint("number", name=op.f("uq_inspection_task_number")),
    )
    op.create_index("ix_inspection_task_region", "inspection_task", ["region_code", "state", "id"], unique=False)
    op.create_index("ix_inspection_task_supplier", "inspection_task", ["supplier_id", "id"], unique=False)
    op.create_table(
        "supplier_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('suspended', 'removed')", name=op.f("ck_supplier_stop_kind")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_stop_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_stop")),
    )
    op.create_index("ix_supplier_stop_supplier", "supplier_stop", ["supplier_id", "id"], unique=False)
    op.create_index(
        "uq_supplier_stop_open",
        "supplier_stop",
        ["supplier_id", "source"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("region_code", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("listing_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("undone", sa.String(), server_default="", nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("decider_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(kind = 'listing_freeze') = (listing_id is not null)", name=op.f("ck_measure_listing")),
        sa.CheckConstraint("kind in ('points', 'listing_freeze', 'suspend', 'remove')", name=op.f("ck_measure_kind")),
        sa.CheckConstraint("points >= 0 and (kind <> 'points' or points > 0)", name=op.f("ck_measure_points")),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'rejected', 'withdrawn', 'in_force', 'ended', 'annulled')",
            name=op.f("ck_measure_state"),
        ),
        sa.CheckConstraint(
            "state in ('proposed', 'withdrawn') or decider_id is not null", name=op.f("ck_measure_decided")
        ),
        sa.CheckConstraint("undone in ('', 'listing_not_for_sale')", name=op.f("ck_measure_undone")),
        sa.CheckConstraint("unit_id is null or kind = 'points'", name=op.f("ck_measure_unit")),
        sa.CheckConstraint("(supplier_id is null) <> (unit_id is null)", name=op.f("ck_measure_party")),
        sa.CheckConstraint("decider_id is null or decider_id <> maker_id", name=op.f("ck_measure_two_people")),
        sa.ForeignKeyConstraint(["decider_id"], ["user_account.id"], name=op.f("fk_measure_decider_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_measure_listing_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["user_account.id"], name=op.f("fk_measure_maker_id")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_measure_region_code")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_measure_supplier_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_measure_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("number", name=op.f("uq_measure_number")),
    )
    op.create_index("ix_measure_case", "measure", ["case_number"], unique=False)
    op.create_index("ix_measure_region", "measure", ["region_code", "id"], unique=False)
    op.create_index("ix_measure_supplier", "measure", ["supplier_id", "id"], unique=False)
    op.create_index("ix_measure_unit", "measure", ["unit_id", "id"], unique=False)
