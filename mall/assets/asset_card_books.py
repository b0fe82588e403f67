"""What the registration of a card books: accepted assets become fixed assets."""

from __future__ import annotations

from typing import Any

from ledger import movements
from mall.documents.advance import Posting


def book_fixed_asset(card: Any, facts: dict[str, Any]) -> list[Posting]:
    """Fixed assets / accepted assets, kept for the order. `facts["order"]`: the order's number."""
    order = f"order:{facts['order']}"
    return [
        Posting(
            region_code=card.region_code,
            year=card.year,
            source_type="asset",
            source_id=card.number,
            event="register",
            entries=movements.register_asset({card.budget_line_id: card.value_fen}, document=order),
            causation=order,
        )
    ]
