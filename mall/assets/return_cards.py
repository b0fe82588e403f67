"""Goods that go back take their cards with them; the return itself books, from the account that each card stood in."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from mall.access.actor import SYSTEM
from mall.assets.asset_card import AssetCard
from mall.assets.asset_card_states import IN_USE
from mall.database import session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.ordering.order import Order


@dataclass
class ReturnedCards:
    """The cards that went back, and their value by budget line: out of accepted assets, and out of fixed assets."""

    numbers: list[str] = field(default_factory=list)
    accepted_fen: dict[int, int] = field(default_factory=dict)
    fixed_fen: dict[int, int] = field(default_factory=dict)


def return_cards(order: Order, quantities: dict[str, int], *, reason: str = "") -> ReturnedCards:
    """Take back the cards of so many pieces per line ({line number: pieces}); the caller holds the order's lock.

    Cards that still wait go first, then the youngest. Call it inside the use-case that books the return, with
    `movements.un_accrue` or its like and the cost account that the answer tells.
    Raises Refusal("asset.too_few_cards") when the unit has fewer of them, as after a disposal.
    """
    found = ReturnedCards()
    for line in sorted(order.lines, key=lambda one: one.line_no):
        pieces = quantities.get(str(line.line_no), 0)
        if not line.is_asset or not pieces:
            continue
        query = select(AssetCard).where(AssetCard.order_line_id == line.id, AssetCard.state.in_(IN_USE))
        cards = list(session().scalars(query.order_by(AssetCard.id).with_for_update()))
        if len(cards) < pieces:
            raise Refusal("asset.too_few_cards", name=line.name, count=pieces, cards=len(cards))
        cards.sort(key=lambda card: (card.state != "waiting", -card.id))
        for card in cards[:pieces]:
            by_line = found.accepted_fen if card.state == "waiting" else found.fixed_fen
            by_line[card.budget_line_id] = by_line.get(card.budget_line_id, 0) + card.value_fen
            found.numbers.append(card.number)
            advance(card, "take_back", SYSTEM, note=reason, facts={"order": order.number})
    return found
