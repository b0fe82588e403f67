"""What the approval of a manual journal posts: one cost account of one document against another, or its negation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import movements
from ledger.chart_of_accounts import Account
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.finance.journal import Journal


def post_journal(journal: Journal, facts: dict[str, Any]) -> list[Posting]:
    """Approved: debit / credit of the two cost accounts. A reversal negates its original's txn exactly:
    `facts["reverses"]` is {"number", "txn_id"} of it."""
    original = facts.get("reverses")
    entries = movements.reclassify(
        {journal.budget_line_id: journal.amount_fen},
        document=journal.document,
        debit=Account[journal.debit.upper()],
        credit=Account[journal.credit.upper()],
    )
    return [
        Posting(
            region_code=journal.region_code,
            year=journal.year,
            source_type="journal",
            source_id=original["number"] if original else journal.number,
            event="reclassify.reversal" if original else "reclassify",
            entries=entries,
            memo=f"{journal.number} {journal.reason}"[:200],
            causation=journal.reference,
            reverses=original["txn_id"] if original else None,
        )
    ]
