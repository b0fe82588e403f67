"""Golden cases of the price card."""

from __future__ import annotations

from tests.supervision.golden_cases import CheckCase

_GIVEN = {
    "amount_fen": 12_000, "paid_count": 40, "paid_from_day": 20_700, "paid_until_day": 20_780, "paid_minimum_fen": 800,
    "quartile_1_fen": 900, "median_fen": 950, "quartile_3_fen": 1_000, "own_last_price_fen": 990,
    "live_prices_fen": [1_010, 0, 940],
}  # fmt: skip

CASES = (
    CheckCase("hit: above the third quartile", {**_GIVEN, "base_price_fen": 1_200}, "hit", amount_fen=2_000,
              facts={"paid_count": 40, "paid_minimum_fen": 800, "quartile_1_fen": 900, "median_fen": 950,
                     "quartile_3_fen": 1_000, "own_last_price_fen": 990, "cheapest_live_fen": 940}),
    CheckCase("clear: the median", {**_GIVEN, "base_price_fen": 950}, "clear", amount_fen=0,
              facts={"cheapest_live_fen": 940}),
    CheckCase("boundary: exactly the third quartile", {**_GIVEN, "base_price_fen": 1_000}, "clear"),
    CheckCase("boundary: one fen more", {**_GIVEN, "base_price_fen": 1_001}, "hit"),
    CheckCase("boundary: four lines are enough", {**_GIVEN, "base_price_fen": 1_001, "paid_count": 4}, "hit"),
    CheckCase("not_computable: three lines, but the card is there",
              {**_GIVEN, "base_price_fen": 1_200, "paid_count": 3}, "not_computable", facts={"median_fen": 950}),
    CheckCase("not_computable: never paid", {"base_price_fen": 1_200, "live_prices_fen": [1_100], "amount_fen": 1},
              "not_computable", facts={"cheapest_live_fen": 1_100, "median_fen": None}),
)  # fmt: skip
