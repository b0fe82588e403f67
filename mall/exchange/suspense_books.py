"""What the steps of a suspense item post: its money stands in suspense under the treasury's reference, then leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import movements
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.exchange.suspense_item import SuspenseItem


def suspend_money(item: SuspenseItem, facts: dict[str, Any]) -> list[Posting]:
    """Opened: unmatched / suspense. Nothing where no money moved at the treasury."""
    return _posting(item, "suspend", movements.suspend)


def release_money(item: SuspenseItem, facts: dict[str, Any]) -> list[Posting]:
    """Settled: suspense / unmatched; what it really was is posted by its own document in the same transaction."""
    return _posting(item, "settle", movements.settle_suspense)


def _posting(item: SuspenseItem, event: str, movement: Any) -> list[Posting]:
    if not item.suspended_fen:
        return []
    amounts = {item.budget_line_id: item.suspended_fen}
    return [
        Posting(
            region_code=item.region_code,
            year=item.year,
            source_type="suspense",
            source_id=item.number,
            event=event,
            entries=movement(amounts, document=f"treasury:{item.treasury_reference}"),
            causation=item.reference,
        )
    ]
