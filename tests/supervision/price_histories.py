"""Small price histories for golden cases: listings that stand on the shelf week by week, and lines ordered of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from supervision.facts import week_of
from tests.supervision.golden_cases import ON_DAY

ON_WEEK = week_of(ON_DAY)
REGION = 410_100

Row = dict[str, Any]


def listed(supplier_id: int, *prices_fen: int, until_week: int = ON_WEEK, **columns: Any) -> list[Row]:
    """A listing of product 5 (its id is the supplier's) at these prices in the weeks up to `until_week`."""
    first = until_week - len(prices_fen) + 1
    return [
        {
            "listing_id": supplier_id,
            "supplier_id": supplier_id,
            "product_id": 5,
            "region_code": REGION,
            "category_code": "A05040101",
            "week": first + index,
            "price_fen": price_fen,
            "base_price_fen": price_fen,
            **columns,
        }
        for index, price_fen in enumerate(prices_fen)
        if price_fen
    ]


def steady(suppliers: Sequence[int], *prices_fen: int) -> list[Row]:
    """Several suppliers with the same history."""
    return [row for supplier_id in suppliers for row in listed(supplier_id, *prices_fen)]


def line(listing_id: int, price_fen: int, *, quantity: int = 1, day: int = ON_DAY, **columns: Any) -> Row:
    """A line of product 5 ordered on `day`."""
    return {
        "number": f"DD-{listing_id}-{day}",
        "listing_id": listing_id,
        "supplier_id": listing_id,
        "product_id": 5,
        "region_code": REGION,
        "category_code": "A05040101",
        "quantity": quantity,
        "price_fen": price_fen,
        "base_price_fen": price_fen,
        "amount_fen": price_fen * quantity,
        "submitted_day": day,
        "minute": 600,
        **columns,
    }


def uneven_lines(listing_id: int = 2, **columns: Any) -> list[Row]:
    """Lines of one listing at two prices in each of four weeks: goods without one price."""
    return [
        line(listing_id, price_fen, day=ON_DAY - 7 * weeks, **columns)
        for weeks in range(1, 5)
        for price_fen in (8_000, 12_000)
    ]


def outcomes(said: Mapping[int, str], *, week: int = ON_WEEK) -> dict[str, str]:
    """Of listings in one week."""
    return {f"listing:{listing_id}:{week}": outcome for listing_id, outcome in said.items()}


def subject(listing_id: int = 1, *, week: int = ON_WEEK) -> str:
    return f"listing:{listing_id}:{week}"
