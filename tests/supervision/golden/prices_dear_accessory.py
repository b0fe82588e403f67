"""Golden cases of accessories that are too dear."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import ON_DAY, SweepCase
from tests.supervision.price_histories import line, steady, uneven_lines

_OFFERS = steady((1, 2, 3, 4), 10_000)
_LISTING = [{"listing_id": 1, "parent_product_id": 8}]
_PART = "line:1"


def _rows(price_fen: int, *, main_fen: int = 0, **columns: Any) -> dict[str, list[dict[str, Any]]]:
    lines = [line(1, price_fen, order_id=70, **columns)]
    if main_fen:
        lines.append(line(50, main_fen, order_id=70, product_id=8))
    return {"order_line": lines, "listing": _LISTING, "price_week": _OFFERS}


CASES = (
    SweepCase(
        "hit: above 130 % of the part elsewhere",
        _rows(13_001),
        {_PART: "hit"},
        evidence={_PART: {"median_fen": 10_000, "median_fen_sellers": 3, "amount_fen": 3_001}},
        documents={_PART: [f"DD-1-{ON_DAY}"]},
    ),
    SweepCase("boundary: 130 %", _rows(13_000), {_PART: "clear"}),
    SweepCase(
        "hit: above 15 % of the main item",
        _rows(10_000, main_fen=66_000),
        {_PART: "hit"},
        evidence={_PART: {"parts_fen": 10_000, "main_fen": 66_000, "amount_fen": 10_000}},
    ),
    SweepCase("boundary: 15 % of the main item", _rows(9_000, main_fen=60_000), {_PART: "clear"}),
    SweepCase("clear: an accessory like the others", _rows(10_000, main_fen=500_000), {_PART: "clear"}),
    SweepCase(
        "exclusion: goods that belong to nothing",
        {"order_line": [line(1, 90_000, order_id=70)], "price_week": _OFFERS},
        {},
    ),
    SweepCase("clear: before the judged days", _rows(13_001, day=ON_DAY - 7), {}),
    SweepCase(
        "boundary: a tenth above the dearest of the others",
        {**_rows(16_500), "price_week": steady((1, 2, 3), 10_000) + steady((4,), 15_000)},
        {_PART: "clear"},
    ),
    SweepCase(
        "boundary: a fen more",
        {**_rows(16_501), "price_week": steady((1, 2, 3), 10_000) + steady((4,), 15_000)},
        {_PART: "hit"},
        evidence={_PART: {"upper_fen": 15_000}},
    ),
    SweepCase(
        "exclusion: goods without one price",
        {**_rows(90_000), "order_line": [line(1, 90_000, order_id=70), *uneven_lines()]},
        {_PART: "not_computable"},
    ),
    SweepCase(
        "not_computable: two others and no main item",
        {**_rows(90_000), "price_week": steady((1, 2, 3), 10_000)},
        {_PART: "not_computable"},
    ),
)
