"""What an agreed change posts: money owed falls back to the line, or to the contract where the goods come again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import movements
from ledger.chart_of_accounts import Account
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.finance.settlement_change import SettlementChange


def post_change(change: SettlementChange, facts: dict[str, Any]) -> list[Posting]:
    """`facts["costs"]`: {cost account's name: {budget line id as text: fen}}; nothing moves for a retention."""
    if change.kind == "retention":
        return []
    movement = movements.un_accrue if change.kind == "return_to_replace" else movements.return_unpaid
    entries: list[Any] = []
    for cost, amounts in costs_of(facts):
        entries += movement(amounts, document=change.order_reference, cost=cost)
    return [
        Posting(
            region_code=change.region_code,
            year=change.year,
            source_type="change",
            source_id=change.number,
            event=change.kind,
            entries=entries,
            causation=change.order_reference,
        )
    ]


def costs_of(facts: dict[str, Any]) -> list[tuple[Account, dict[int, int]]]:
    """The cost accounts of the facts with what leaves each, budget line by budget line."""
    return [
        (Account[name], {int(line_id): amount_fen for line_id, amount_fen in amounts.items()})
        for name, amounts in sorted(facts["costs"].items())
    ]
