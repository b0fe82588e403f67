"""Registering asset cards: serial number, place, keeper; the ledger moves accepted assets to fixed assets."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_card import AssetCard
from mall.assets.asset_card_states import IN_USE
from mall.database import session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.ordering.close_order import close_if_done
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action

SERIAL_MAX, PLACE_MAX, KEEPER_MAX = 100, 200, 100


@order_action("register_asset")
def register_asset(order: Order, *, actor: Actor, cards: list[dict[str, str]] | None = None) -> None:
    """Register cards by number with place, keeper and serial number; None registers all that wait.

    Raises Refusal "asset.unknown_card", "asset.place_needed", "asset.none_waiting", "asset.serial_repeated".
    """
    order.states.step("register_asset", order.state)
    waiting = {
        card.number: card
        for card in session().scalars(
            select(AssetCard)
            .where(AssetCard.order_id == order.id, AssetCard.state == "waiting")
            .order_by(AssetCard.id)
            .with_for_update()
        )
    }
    if not waiting:
        raise Refusal("asset.none_waiting", number=order.number)
    place = str(order.delivery.get("address", "")) or "本单位"
    given = cards if cards is not None else [{"number": n, "place": place, "keeper": actor.name} for n in waiting]
    done: list[AssetCard] = []
    for one in given:
        card = waiting.pop(one["number"], None)
        if card is None:
            raise Refusal("asset.unknown_card", card=one["number"])
        describe_card(
            card, place=one.get("place", ""), keeper=one.get("keeper", ""), serial=one.get("serial_number", "")
        )
        done.append(card)
    require_new_serials(done)
    take_step(order, "register_asset", actor, facts={"cards": [card.number for card in done]})
    for card in done:
        card.registered_at = clock.now()
        advance(card, "register", actor, facts={"order": order.number, **described(card)})
    close_if_done(order)


def describe_card(card: AssetCard, *, place: str, keeper: str, serial: str) -> None:
    """Write what a person says of the piece. Raises Refusal("asset.place_needed")."""
    if not place.strip() or not keeper.strip():
        raise Refusal("asset.place_needed", card=card.number, name=card.name)
    card.serial_number = serial.strip()[:SERIAL_MAX]
    card.place = place.strip()[:PLACE_MAX]
    card.keeper = keeper.strip()[:KEEPER_MAX]


def described(card: AssetCard) -> dict[str, str]:
    """What the history keeps of a description."""
    return {"place": card.place, "keeper": card.keeper, "serial_number": card.serial_number}


def require_new_serials(cards: Iterable[AssetCard]) -> None:
    """No two pieces of a unit in one category carry the same serial number. Raises Refusal("asset.serial_repeated")."""
    seen: dict[tuple[str, str], str] = {}
    named = [card for card in cards if card.serial_number]
    for card in named:
        key = (card.category_code, card.serial_number)
        if key in seen:
            raise Refusal("asset.serial_repeated", serial_number=card.serial_number, card=seen[key])
        seen[key] = card.number
    if not named:
        return
    known = select(AssetCard.serial_number, AssetCard.category_code, AssetCard.number).where(
        AssetCard.unit_id.in_({card.unit_id for card in named}),
        AssetCard.serial_number.in_({card.serial_number for card in named}),
        AssetCard.state.in_(IN_USE),
        AssetCard.id.not_in([card.id for card in named]),
    )
    with session().no_autoflush:
        for serial_number, category_code, number in session().execute(known):
            if (category_code, serial_number) in seen:
                raise Refusal("asset.serial_repeated", serial_number=serial_number, card=number)
