"""Which listings are the same goods: merged products, the matcher's tasks, and questions that people answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from mall.migrations import grants

revision = "0018"
down_revision = "0017"

TABLES = ("match_task", "match_question")
_MODEL_KEY_SQL = (
    "case when split_part(match_key, chr(30), 2) = 'm' then split_part(match_key, chr(30), 4) else"
    r" regexp_replace(lower(normalize(model, NFKC)), '[\s\-_/·,，。;；:：()\[\]【】]+', '', 'g') end"
)

#: A product leads to one that stands, in one step. The row it leads to is locked, so that two which are to lead to each
#: other at once cannot both be written; the application has its own lock before that.
_KEEP_FLAT = """
CREATE FUNCTION keep_redirects_flat() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    PERFORM 1 FROM public.product WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a product is merged only into one that stands' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM public.product WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'others lead to this product: let them lead on first' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$"""


def upgrade() -> None:
    change_product()
    create_tables()
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=[], app_role=app_role):
        op.execute(sa.text(statement))


def change_product() -> None:
    op.add_column("product", sa.Column("state", sa.String(), server_default="current", nullable=False))
    op.add_column("product", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    # Products that settling had found to be others said so in their keys.
    op.execute(
        sa.text(
            "update product set state = 'merged', merged_into_id = cast(split_part(match_key, chr(30), 2) as bigint)"
            " where match_key like '=' || chr(30) || '%'"
        )
    )
    op.add_column(
        "product", sa.Column("model_key", sa.String(), sa.Computed(_MODEL_KEY_SQL, persisted=True), nullable=False)
    )
    op.add_column(
        "product",
        sa.Column(
            "brand_key", sa.String(), sa.Computed("split_part(match_key, chr(30), 3)", persisted=True), nullable=False
        ),
    )
    op.create_foreign_key(op.f("fk_product_merged_into_id"), "product", "product", ["merged_into_id"], ["id"])
    op.create_check_constraint(op.f("ck_product_state"), "product", "state in ('current', 'merged')")
    op.create_check_constraint(
        op.f("ck_product_merged"), "product", "(state = 'merged') = (merged_into_id is not null)"
    )
    op.create_check_constraint(op.f("ck_product_merged_elsewhere"), "product", "merged_into_id <> id")
    op.create_index(
        "ix_product_merged_into",
        "product",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id is not null"),
    )
    op.create_index(
        "ix_product_model_key",
        "product",
        ["model_key", "id"],
        unique=False,
        postgresql_ops={"model_key": "text_pattern_ops"},
        postgresql_where=sa.text("model_key <> ''"),
    )
    op.create_index(
        "ix_product_nameless",
        "product",
        ["category_code", "brand_key", "id"],
        unique=False,
        postgresql_where=sa.text("model_key = ''"),
    )
    op.create_index(
        "ix_product_gtin14",
        "product",
        [sa.text("lpad(gtin, 14, '0')")],
        unique=False,
        postgresql_where=sa.text("gtin is not null"),
    )
    op.execute(sa.text(_KEEP_FLAT))
    op.execute(
        sa.text(
            'CREATE TRIGGER "product_redirects_flat" BEFORE INSERT OR UPDATE OF merged_into_id ON "product" '
            "FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION keep_redirects_flat()"
        )
    )


def create_tables() -> None:
    op.create_table(
        "match_task",
        sa.Column("listing_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("said", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_match_task")),
    )
    op.create_table(
        "match_question",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("confidence", sa.BigInteger(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("said", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.CheckConstraint("state in ('open', 'same', 'different', 'lapsed')", name=op.f("ck_match_question_state")),
        sa.CheckConstraint("confidence between 0 and 100", name=op.f("ck_match_question_confidence")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_match_question_listing_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_match_question_supplier_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_match_question_product_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["product.id"], name=op.f("fk_match_question_candidate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_question")),
    )
    op.create_index(
        "uq_match_question_pair",
        "match_question",
        [sa.text("least(product_id, candidate_id)"), sa.text("greatest(product_id, candidate_id)")],
        unique=True,
        postgresql_where=sa.text("product_id <> candidate_id"),
    )
    op.create_index(
        "uq_match_question_stay",
        "match_question",
        ["listing_id", "product_id"],
        unique=True,
        postgresql_where=sa.text("product_id = candidate_id"),
    )
    op.create_index(
        "ix_match_question_open",
        "match_question",
        ["asked_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_match_question_product", "match_question", ["product_id"], unique=False)
    op.create_index("ix_match_question_candidate", "match_question", ["candidate_id"], unique=False)
    op.create_index("ix_match_question_listing", "match_question", ["listing_id"], unique=False)
