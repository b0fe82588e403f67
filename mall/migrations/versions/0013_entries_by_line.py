"""An index for the reports of one unit or line, which read all entries of their region before."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("create index if not exists entry_by_line on ledger.entry (region, year, line_id)")
