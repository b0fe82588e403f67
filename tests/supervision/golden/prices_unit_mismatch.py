"""Golden cases of units and packs that do not match."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase
from tests.supervision.price_histories import line, listed, outcomes, steady, subject

_OTHERS = steady((2, 3, 4), 10_000)
_CLEAR = dict.fromkeys((2, 3, 4), "clear")

CASES = (
    SweepCase(
        "hit: a box at the price of twelve",
        {"price_week": listed(1, 120_000) + _OTHERS, "order_line": [line(1, 120_000)]},
        outcomes({1: "hit", **_CLEAR}),
        evidence={subject(): {"factor": 12, "median_fen": 10_000, "amount_fen": 110_000}},
        documents={subject(): [f"DD-1-{ON_DAY}"]},
    ),
    SweepCase(
        "hit: a piece at a tenth",
        {"price_week": listed(1, 1_000) + _OTHERS},
        outcomes({1: "hit", **_CLEAR}),
        evidence={subject(): {"factor": 10, "amount_fen": 0}},
    ),
    SweepCase(
        "hit: its own pack of two",
        {"price_week": listed(1, 20_000) + _OTHERS, "listing": [{"listing_id": 1, "pack_size": 2}]},
        outcomes({1: "hit", **_CLEAR}),
        evidence={subject(): {"factor": 2}},
    ),
    SweepCase(
        "exclusion: twice the price without such a pack is a matter of price",
        {"price_week": listed(1, 20_000) + _OTHERS},
        outcomes({1: "clear", **_CLEAR}),
    ),
    SweepCase("clear: the same price", {"price_week": steady((1, 2, 3, 4), 10_000)}, outcomes({1: "clear", **_CLEAR})),
    SweepCase(
        "boundary: 5 % below a factor", {"price_week": listed(1, 38_000) + _OTHERS}, outcomes({1: "hit", **_CLEAR})
    ),
    SweepCase("boundary: a fen less", {"price_week": listed(1, 37_999) + _OTHERS}, outcomes({1: "clear", **_CLEAR})),
    SweepCase(
        "not_computable: two others",
        {"price_week": listed(1, 120_000) + steady((2, 3), 10_000)},
        outcomes(dict.fromkeys((1, 2, 3), "not_computable")),
    ),
)
