"""Sending registered cards to the unit's asset system: one numbered file with everything that has not gone yet."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from ledger.budget_lines import find_lines
from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_card import AssetCard
from mall.assets.asset_exchange import AssetFile
from mall.assets.card_columns import outgoing_csv, outgoing_xlsx
from mall.assets.visible_asset_cards import own_unit
from mall.audit.record import record
from mall.catalogue.category import Category
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.ordering.order import Order
from mall.people.organisation import Organisation, organisation_names

CARDS_PER_FILE = 2_000


@atomic
def send_cards(*, actor: Actor, unit_id: int, request_key: str | None = None) -> str:
    """Make the next file of the unit's registered cards. Returns its number.

    Raises Refusal "asset.unknown_unit", "asset.none_to_send".
    """
    claimed = claim(actor=actor, action="asset.send", request_key=request_key, body=[unit_id])
    if claimed.replayed:
        return str(claimed.answer)
    unit = own_unit(actor, unit_id)
    cards = list(
        session().scalars(
            select(AssetCard)
            .where(AssetCard.unit_id == unit_id, AssetCard.state == "registered")
            .order_by(AssetCard.id)
            .limit(CARDS_PER_FILE)
            .with_for_update()
        )
    )
    if not cards:
        raise Refusal("asset.none_to_send")
    file = _file_of(cards, unit=unit, actor=actor)
    session().add(file)
    for card in cards:
        card.sent_at = file.created_at
        advance(card, "send", actor, facts={"file": file.number})
    facts = {"unit_id": unit_id, "cards": len(cards), "sha256": file.sha256}
    record(actor=actor, action="asset.send", subject=f"asset_file:{file.number}", facts=facts)
    return str(settle(claimed, file.number))


def card_rows(cards: list[AssetCard]) -> list[dict[str, Any]]:
    """The cards with what an asset system asks for, as plain values in the order given."""
    orders = {
        order.id: order
        for order in session().scalars(select(Order).where(Order.id.in_({card.order_id for card in cards})))
    }
    suppliers = organisation_names({order.supplier_id for order in orders.values()})
    categories = dict(
        session()
        .execute(select(Category.code, Category.name).where(Category.code.in_({card.category_code for card in cards})))
        .all()
    )
    lines = find_lines(session(), {card.budget_line_id for card in cards})
    return [
        {
            "number": card.number,
            "name": card.name,
            "category_code": card.category_code,
            "category": categories.get(card.category_code, ""),
            "serial_number": card.serial_number,
            "place": card.place,
            "keeper": card.keeper,
            "value_fen": card.value_fen,
            "accepted_on": card.accepted_on.isoformat(),
            "useful_years": card.useful_years,
            "order": orders[card.order_id].number,
            "supplier": suppliers.get(orders[card.order_id].supplier_id, ""),
            "budget_line": lines[card.budget_line_id].code,
            "system_number": card.system_number,
        }
        for card in cards
    ]


def _file_of(cards: list[AssetCard], *, unit: Organisation, actor: Actor) -> AssetFile:
    now = clock.now()
    number = next_number("asset_file", region_code=unit.region_code, year=clock.today().year)
    rows = [{**row, "credit_code": unit.credit_code or "", "unit": unit.name} for row in card_rows(cards)]
    content = outgoing_csv(rows)
    sheet = outgoing_xlsx(rows, number=number, unit=unit.name, made_at=f"{clock.local(now):%Y-%m-%d %H:%M}")
    return AssetFile(
        number=number,
        direction="out",
        unit_id=unit.id,
        region_code=unit.region_code,
        file_name=f"{number}.csv",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        workbook_sha256=hashlib.sha256(sheet).hexdigest(),
        workbook=sheet,
        row_count=len(cards),
        outcomes={},
        rows=[{"card": card.number} for card in cards],
        user_id=actor.user_id or 0,
        created_at=now,
    )
