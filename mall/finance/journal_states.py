"""The state table of a manual journal: drawn up by the accountant, approved by the unit's finance person, or not."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.finance.journal_books import post_journal

JOURNAL_STATES = StateTable(
    document="journal",
    first="submitted",
    steps=(
        #    action      from         to           who may             books
        Step("approve",  "submitted", "approved",  "journal.approve",  post_journal),
        Step("return",   "submitted", "returned",  "journal.return"),
        Step("withdraw", "submitted", "withdrawn", "journal.draw_up"),
    ),
)  # fmt: skip
