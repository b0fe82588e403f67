"""Registering many cards at once, serial numbers pasted in a column; and mending what was typed wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.assets.asset_card import AssetCard
from mall.assets.register_asset import describe_card, described, register_asset, require_new_serials
from mall.assets.visible_asset_cards import own_unit, visible_card
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.ordering.order import Order, OrderLine

CARDS_MAX = 1_000


@dataclass(frozen=True)
class WaitingLine:
    """An order line with the cards that wait on it, oldest first."""

    order: Order
    line: OrderLine
    cards: list[AssetCard]


@dataclass(frozen=True)
class LineOfCards:
    """Register the first `count` waiting cards of an order line, with their serial numbers in order, or with none."""

    order_line_id: int
    count: int
    serial_numbers: tuple[str, ...] = ()


def waiting_lines(unit_id: int) -> list[WaitingLine]:
    """What waits in this unit, by order line, the oldest first."""
    rows = session().execute(
        select(Order, OrderLine, AssetCard)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(AssetCard, AssetCard.order_line_id == OrderLine.id)
        .where(AssetCard.unit_id == unit_id, AssetCard.state == "waiting")
        .order_by(Order.id, OrderLine.line_no, AssetCard.piece_no)
        .limit(CARDS_MAX)
    )
    found: dict[int, WaitingLine] = {}
    for order, line, card in rows:
        found.setdefault(line.id, WaitingLine(order, line, [])).cards.append(card)
    return list(found.values())


@atomic
def register_cards(
    *,
    actor: Actor,
    unit_id: int,
    lines: list[LineOfCards],
    place: str,
    keeper: str,
    request_key: str | None = None,
) -> list[str]:
    """Register all of them at one place with one keeper, or none. Returns the cards' numbers.

    Raises Refusal "asset.nothing_chosen", "asset.serials_differ" (as many as pieces, or none at all),
    "asset.too_few_waiting" and those of `register_asset`.
    """
    body = [unit_id, [[line.order_line_id, line.count, *line.serial_numbers] for line in lines], place, keeper]
    claimed = claim(actor=actor, action="asset.register_cards", request_key=request_key, body=body)
    if claimed.replayed:
        return list(claimed.answer)
    own_unit(actor, unit_id)
    if not lines:
        raise Refusal("asset.nothing_chosen")
    waiting = {found.line.id: found for found in waiting_lines(unit_id)}
    by_order: dict[int, list[dict[str, str]]] = {}
    numbers = {}
    for line in lines:
        found = waiting.get(line.order_line_id)
        cards = _chosen(line, found)
        numbers[found.order.id] = found.order.number
        given = by_order.setdefault(found.order.id, [])
        serials = line.serial_numbers or ("",) * len(cards)
        given += [
            {"number": card.number, "place": place, "keeper": keeper, "serial_number": serial}
            for card, serial in zip(cards, serials, strict=True)
        ]
    for order_id in sorted(by_order):
        register_asset(actor=actor, number=numbers[order_id], cards=by_order[order_id])
    return list(settle(claimed, [card["number"] for cards in by_order.values() for card in cards]))


def _chosen(line: LineOfCards, found: Any) -> list[AssetCard]:
    if found is None or not 1 <= line.count <= len(found.cards):
        waiting = len(found.cards) if found is not None else 0
        raise Refusal("asset.too_few_waiting", count=line.count, waiting=waiting)
    if line.serial_numbers and len(line.serial_numbers) != line.count:
        raise Refusal("asset.serials_differ", name=found.line.name, count=line.count, serials=len(line.serial_numbers))
    return list(found.cards[: line.count])


@atomic
def amend_card(
    *, actor: Actor, number: str, place: str, keeper: str, serial_number: str, request_key: str | None = None
) -> AssetCard:
    """Mend a registered card before it is sent. Raises Refusal "asset.card_unknown", "asset.place_needed",
    "asset.serial_repeated", "state.not_possible"."""
    body = [number, place, keeper, serial_number]
    claimed = claim(actor=actor, action="asset.amend", request_key=request_key, body=body)
    card = visible_card(actor, number, lock=not claimed.replayed)
    if claimed.replayed:
        return card
    step = card.states.step("amend", card.state)
    authorize(actor, step.permission, card)
    with session().no_autoflush:
        before = described(card)
        describe_card(card, place=place, keeper=keeper, serial=serial_number)
        require_new_serials([card])
    advance(card, "amend", actor, facts={**described(card), "before": before})
    settle(claimed, {"number": number})
    return card
