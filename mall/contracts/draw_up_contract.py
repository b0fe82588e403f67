"""Drawing up the contract of a confirmed order: its text as data, and the hash both sides sign."""

from __future__ import annotations

from typing import Any

from mall import clock
from mall.contracts.contract import Contract
from mall.database import session
from mall.documents.numbers import next_number
from mall.documents.once import hash_of
from mall.ordering.order import Order


def draw_up_contract(order: Order) -> Contract:
    """Write the contract row for an order that the supplier has just confirmed."""
    contract = Contract(
        order_id=order.id,
        number=next_number("contract", region_code=order.region_code, year=order.year),
        amount_fen=sum(line.contract_amount_fen for line in order.lines),
        content_hash=hash_of(content_of(order)),
        drawn_up_at=clock.now(),
    )
    session().add(contract)
    return contract


def content_of(order: Order) -> dict[str, Any]:
    """What the two sides agree on, as plain data; its hash is signed and printed."""
    return {
        "order": order.number,
        "unit_id": order.unit_id,
        "supplier_id": order.supplier_id,
        "delivery": order.delivery,
        "lines": [
            {
                "line_no": line.line_no,
                "sku": line.sku,
                "name": line.name,
                "specification": line.specification,
                "category_code": line.category_code,
                "unit": line.unit,
                "quantity": line.quantity,
                "price_fen": line.contract_price_fen,
            }
            for line in order.lines
        ],
        "rules": order.judged_by.get("rules", []),
    }
