"""What the approval of a budget document posts: one ledger transaction for all its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ledger import movements
from ledger.cash_plan import months_from_text
from ledger.posting import Entry
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.finance.budget_document import BudgetDocument

ByLine = dict[int, int]

#: kind -> entries; the amounts are those of the document's lines
_MOVEMENTS: dict[str, Callable[..., list[Entry]]] = {
    "appropriation": movements.adjust_appropriation,
    "supplement": movements.appropriate,
    "reduction": movements.reduce_appropriation,
    "transfer": movements.transfer_appropriation,
    "freeze": movements.freeze,
    "thaw": movements.unfreeze,
}
#: kinds that may take money away from lines, and with it from their fund-use plans
TAKING = ("appropriation", "reduction", "transfer")


def post_budget_document(document: BudgetDocument, facts: dict[str, Any]) -> list[Posting]:
    """Approved: appropriation / available and back, or available / frozen and back, line by line.

    `facts["planned"]`: {line id as text: {month as text: fen}}, the plan months that a loss takes money out of.
    """
    amounts = {line.budget_line_id: line.amount_fen for line in document.lines if line.budget_line_id is not None}
    return [
        Posting(
            region_code=document.region_code,
            year=document.year,
            source_type="budget_document",
            source_id=document.number,
            event=document.kind,
            entries=_entries(document.kind, dict(sorted(amounts.items())), facts.get("planned") or {}),
            memo=f"{document.basis} {document.reason}"[:200],
            causation=document.reference,
        )
    ]


def _entries(kind: str, amounts: ByLine, planned: dict[str, dict[str, int]]) -> list[Entry]:
    if kind not in TAKING:
        return _MOVEMENTS[kind](amounts)
    return _MOVEMENTS[kind](amounts, planned=months_from_text(planned))
