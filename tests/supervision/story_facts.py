"""What the stories of the demo province buy, as rows of the history: the demo's own plan, without a database."""

from __future__ import annotations

from functools import cache
from typing import Any

from mall import clock
from mall.regions.watch_calendar import day_number
from supervision.demo.plan_quotations import REGION, plan_quotations
from supervision.facts import Facts
from tests.mall.demo.demo_market import SEED, TODAY, demo_offers, demo_units, story_purchases, supplier_ids, unit_ids

Row = dict[str, Any]

ON_DAY = day_number(TODAY)
FACTS = Facts(ON_DAY)


@cache
def order_lines() -> tuple[Row, ...]:
    """Every line that a story orders; each purchase is one order, of one supplier."""
    offers = {offer.listing_id: (offer, pack_size) for offer, pack_size in demo_offers()}
    units = {unit.key: unit for unit in demo_units()}
    found = []
    for purchase in story_purchases():
        region_code = units[purchase.unit_key].region_code
        for line_no, (listing_id, quantity) in enumerate(purchase.lines, start=1):
            offer, pack_size = offers[listing_id]
            found.append(
                {
                    "order_id": purchase.number,
                    "number": f"DD-{purchase.number}",
                    "line_no": line_no,
                    "mode": "direct_purchase",
                    "unit_id": unit_ids()[purchase.unit_key],
                    "region_code": region_code,
                    "supplier_id": offer.supplier_id,
                    "listing_id": listing_id,
                    "product_id": offer.product_id,
                    "category_code": offer.category_code,
                    "quantity": quantity,
                    "price_fen": offer.price_fen,
                    "base_price_fen": round_half_up(offer.price_fen, pack_size),
                    "amount_fen": offer.price_fen * quantity,
                    "submitted_day": day_number(clock.local(purchase.at).date()),
                    "address_key": purchase.unit_key,
                }
            )
    return tuple({"line_id": line_id, **row} for line_id, row in enumerate(found, start=1))


def orders() -> list[Row]:
    """The orders of those lines."""
    found: dict[int, Row] = {}
    kept = ("order_id", "number", "mode", "unit_id", "region_code", "supplier_id", "submitted_day", "address_key")
    for line in order_lines():
        order = found.setdefault(line["order_id"], {**{name: line[name] for name in kept}, "total_fen": 0})
        order["total_fen"] += line["amount_fen"]
    return list(found.values())


def quotes(*, seed: int = SEED) -> list[Row]:
    """The quotations of the ring and of honest suppliers."""
    return [
        {
            "sourcing_number": one.number,
            "unit_id": unit_ids()[one.unit_key],
            "region_code": REGION,
            "category_code": one.category_code,
            "budget_fen": one.budget_fen,
            "opened_day": day_number(one.opened_on),
            "closed_day": day_number(one.closed_on),
            "open_hours": one.open_hours,
            "supplier_id": supplier_ids()[key],
            "price_fen": price_fen,
            "is_valid": 1,
            "is_winner": int(key == one.winner_key),
        }
        for one in plan_quotations(seed=seed, today=TODAY)
        for key, price_fen in one.totals
    ]


def sourcings(*, seed: int = SEED) -> list[Row]:
    """Those quotations as such."""
    return [
        {
            "sourcing_number": one.number,
            "unit_id": unit_ids()[one.unit_key],
            "region_code": REGION,
            "category_code": one.category_code,
            "budget_fen": one.budget_fen,
            "opened_day": day_number(one.opened_on),
            "closed_day": day_number(one.closed_on),
            "open_hours": one.open_hours,
            "state": "awarded",
        }
        for one in plan_quotations(seed=seed, today=TODAY)
    ]


def round_half_up(price_fen: int, pack_size: int) -> int:
    """The price of a base unit, as the history has it."""
    return (price_fen * 2 + pack_size) // (2 * pack_size)
