"""An account for goods that go back after the year in which they were a cost is over."""

from __future__ import annotations

from alembic import op

from ledger.posting_schema import replace_posting
from ledger.schema import write_chart

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    write_chart(op.get_bind())
    # It knows each account's traits by heart.
    replace_posting(op.get_bind())
