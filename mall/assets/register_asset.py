"""Registering asset cards: serial number, place, keeper; the ledger moves accepted assets to fixed assets."""

from __future__ import annotations

from sqlalchemy import select

from ledger import movements
from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_card import AssetCard
from mall.database import session
from mall.documents.advance import Posting, post
from mall.errors import Refusal
from mall.ordering.close_order import close_if_done
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action


@order_action("register_asset")
def register_asset(order: Order, *, actor: Actor, cards: list[dict[str, str]] | None = None) -> None:
    """Register cards by number with place, keeper and serial number; None registers all that wait.

    Raises Refusal "asset.unknown_card", "asset.place_needed", "asset.none_waiting".
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
        _fill(card, one)
        done.append(card)
    take_step(order, "register_asset", actor, facts={"cards": [card.number for card in done]})
    for card in done:
        post(_posting(order, card), actor=actor, on=clock.today())
    session().flush()
    close_if_done(order)


def _fill(card: AssetCard, given: dict[str, str]) -> None:
    if not given.get("place", "").strip() or not given.get("keeper", "").strip():
        raise Refusal("asset.place_needed", card=card.number, name=card.name)
    card.serial_number = given.get("serial_number", "").strip()[:100]
    card.place = given["place"].strip()[:200]
    card.keeper = given["keeper"].strip()[:100]
    card.state = "registered"
    card.registered_at = clock.now()


def _posting(order: Order, card: AssetCard) -> Posting:
    return Posting(
        region_code=order.region_code,
        year=order.year,
        source_type="asset",
        source_id=card.number,
        event="register",
        entries=movements.register_asset({card.budget_line_id: card.value_fen}, document=order.reference),
        causation=order.reference,
    )
