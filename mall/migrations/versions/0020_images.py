"""Images of listings: what is kept once, and where it is shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from mall.migrations import grants

revision = "0020"
down_revision = "0019"

TABLES = ("image_content", "listing_image")


def upgrade() -> None:
    op.create_table(
        "image_content",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("width_px", sa.BigInteger(), nullable=False),
        sa.Column("height_px", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_image_content_sha256")),
        sa.CheckConstraint("width_px > 0 and height_px > 0", name=op.f("ck_image_content_measures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_content")),
        sa.UniqueConstraint("sha256", name=op.f("uq_image_content_sha256")),
    )
    op.create_table(
        "listing_image",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("added_by_id", sa.BigInteger(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_reason", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_listing_image_position")),
        sa.CheckConstraint(
            "removed_at is not null or (removed_reason = '' and removed_by_id is null)",
            name=op.f("ck_listing_image_removed"),
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_image_listing_id")),
        sa.ForeignKeyConstraint(["content_id"], ["image_content.id"], name=op.f("fk_listing_image_content_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_image")),
    )
    op.create_index("ix_listing_image_listing", "listing_image", ["listing_id", "position", "id"], unique=False)
    op.create_index("ix_listing_image_content", "listing_image", ["content_id"], unique=False)
    op.create_index(
        "uq_listing_image_shown",
        "listing_image",
        ["listing_id", "content_id"],
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    )
    app_role = context.config.attributes["app_role"]
    for statement in grants.statements(tables=list(TABLES), sequences=[], app_role=app_role):
        op.execute(sa.text(statement))
