"""Golden cases of listings that were raised alone."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase
from tests.supervision.price_histories import line, listed, outcomes, steady, subject, uneven_lines

_OTHERS = steady((2, 3), *[10_000] * 14)
_CLEAR = {2: "clear", 3: "clear"}

CASES = (
    SweepCase(
        "hit: raised alone",
        {"price_week": listed(1, *[10_000] * 13, 12_000) + _OTHERS, "order_line": [line(1, 12_000, quantity=3)]},
        outcomes({1: "hit", **_CLEAR}),
        evidence={
            subject(): {"own_fen": 10_000, "others_now_fen": 10_000, "others_usual_fen": 10_000, "amount_fen": 6_000}
        },
        documents={subject(): [f"DD-1-{ON_DAY}"]},
    ),
    SweepCase(
        "clear: nothing moved",
        {"price_week": steady((1, 2, 3), *[10_000] * 14)},
        outcomes(dict.fromkeys((1, 2, 3), "clear")),
    ),
    SweepCase(
        "boundary: 110 % of itself",
        {"price_week": listed(1, *[10_000] * 13, 11_000) + _OTHERS},
        outcomes({1: "clear", **_CLEAR}),
    ),
    SweepCase(
        "boundary: a fen above it",
        {"price_week": listed(1, *[10_000] * 13, 11_001) + _OTHERS},
        outcomes({1: "hit", **_CLEAR}),
    ),
    SweepCase(
        "exclusion: the others moved by 5 %",
        {"price_week": listed(1, *[10_000] * 13, 12_000) + steady((2, 3), *[10_000] * 13, 10_500)},
        outcomes({1: "not_applicable", 2: "not_applicable", 3: "not_applicable"}),
    ),
    SweepCase(
        "boundary: the others moved by less",
        {"price_week": listed(1, *[10_000] * 13, 12_000) + steady((2, 3), *[10_000] * 13, 10_499)},
        outcomes({1: "hit", 2: "clear", 3: "clear"}),
    ),
    SweepCase(
        "exclusion: goods without one price",
        {"price_week": listed(1, *[10_000] * 13, 12_000) + _OTHERS, "order_line": uneven_lines()},
        outcomes(dict.fromkeys((1, 2, 3), "not_applicable")),
    ),
    SweepCase(
        "not_computable: one other",
        {"price_week": listed(1, *[10_000] * 13, 12_000) + listed(2, *[10_000] * 14)},
        outcomes({1: "not_computable", 2: "not_computable"}),
    ),
    SweepCase(
        "not_computable: three weeks of history",
        {"price_week": listed(1, *[10_000] * 3, 12_000) + steady((2, 3, 4), *[10_000] * 14)},
        outcomes({1: "not_computable", 2: "clear", 3: "clear", 4: "clear"}),
    ),
)
