"""Golden cases of prices above the median of live offers."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase
from tests.supervision.price_histories import line, listed, outcomes, steady, subject

_OTHERS = listed(2, 8_000) + listed(3, 10_000) + listed(4, 11_000) + listed(5, 12_000)
_REST = {2: "clear", 3: "clear", 4: "clear", 5: "clear"}

CASES = (
    SweepCase(
        "hit: a fen above 120 % of the median",
        {"price_week": listed(1, 12_001) + _OTHERS, "order_line": [line(1, 12_001, quantity=2)]},
        outcomes({1: "hit", **_REST}),
        evidence={subject(): {"median_fen": 10_000, "median_fen_sellers": 4, "amount_fen": 4_002}},
        documents={subject(): [f"DD-1-{ON_DAY}"]},
    ),
    SweepCase(
        "boundary: 120 % of the median", {"price_week": listed(1, 12_000) + _OTHERS}, outcomes({1: "clear", **_REST})
    ),
    SweepCase(
        "clear: as dear as the others", {"price_week": steady((1, 2, 3, 4, 5), 10_000)}, outcomes({1: "clear", **_REST})
    ),
    SweepCase(
        "exclusion: the supplier's own cheap offer is no reference",
        {"price_week": listed(1, 10_000) + listed(1, 5_000, listing_id=9) + steady((2, 3, 4, 5), 10_000)},
        outcomes({1: "clear", 9: "clear", **_REST}),
    ),
    SweepCase(
        "hit: the region tightened",
        {"price_week": listed(1, 11_501) + _OTHERS},
        outcomes({1: "hit", **_REST, 5: "hit"}),
        regional={"above_median": {410_100: 11_500}},
    ),
    SweepCase(
        "not_computable: three others",
        {"price_week": listed(1, 20_000) + steady((2, 3, 4), 10_000)},
        outcomes(dict.fromkeys((1, 2, 3, 4), "not_computable")),
    ),
    SweepCase(
        "clear: another week's offers are not live",
        {"price_week": listed(1, 10_000) + steady((2, 3, 4, 5), 10_000) + listed(6, 90_000, until_week=2_900)},
        outcomes({1: "clear", **_REST}),
    ),
    CheckCase(
        "hit: at order time",
        {"base_price_fen": 12_001, "amount_fen": 24_002, "live_prices_fen": [12_000, 8_000, 11_000, 10_000]},
        "hit",
        facts={"median_fen": 10_000},
        amount_fen=4_002,
    ),
    CheckCase(
        "boundary: 120 % at order time",
        {"base_price_fen": 12_000, "amount_fen": 1, "live_prices_fen": [12_000, 8_000, 11_000, 10_000]},
        "clear",
    ),
    CheckCase(
        "not_computable: three offers at order time",
        {"base_price_fen": 12_000, "amount_fen": 1, "live_prices_fen": [1, 1, 1]},
        "not_computable",
    ),
)
