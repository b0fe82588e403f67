"""Rows of a file that update a listing or take it off, beside those that say all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

OUTCOMES = ("new", "price_rise", "price_cut", "changed", "unchanged", "taken_off", "needs_category", "faulty")


def upgrade() -> None:
    op.add_column("import_row", sa.Column("action", sa.String(), server_default="add", nullable=False))
    op.add_column("import_row", sa.Column("from_listing", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.create_check_constraint(op.f("ck_import_row_action"), "import_row", "action in ('add', 'update', 'delete')")
    op.drop_constraint(op.f("ck_import_row_outcome"), "import_row")
    op.create_check_constraint(op.f("ck_import_row_outcome"), "import_row", f"outcome in {OUTCOMES}")
