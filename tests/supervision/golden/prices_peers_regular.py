"""Golden cases of prices above the other sellers' regular price and own history."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase
from tests.supervision.price_histories import ON_WEEK, line, listed, outcomes, steady, subject, uneven_lines

_OTHERS = steady((2, 3, 4, 5), *[10_000] * 14)
_CLEAR = dict.fromkeys((2, 3, 4, 5), "clear")
_RAISED = [10_000] * 13 + [13_000]
_GIVEN = {"amount_fen": 26_000, "regular_price_fen": 10_000, "regular_price_sellers": 4, "own_high_fen": 10_000}

CASES = (
    SweepCase(
        "hit: above both",
        {"price_week": listed(1, *_RAISED) + _OTHERS, "order_line": [line(1, 13_000, quantity=4)]},
        outcomes({1: "hit", **_CLEAR}),
        evidence={
            subject(): {"regular_fen": 10_000, "regular_fen_sellers": 4, "own_fen": 10_000, "amount_fen": 12_000}
        },
        documents={subject(): [f"DD-1-{ON_DAY}"]},
    ),
    SweepCase(
        "clear: the others ran no promotion eight weeks ago",
        {"price_week": listed(1, *[8_000] * 13, 11_000) + steady((2, 3, 4, 5), *[10_000] * 6, *[7_000] * 8)},
        outcomes({1: "clear", **_CLEAR}),
    ),
    SweepCase(
        "boundary: nine weeks ago is forgotten",
        {"price_week": listed(1, *[8_000] * 13, 11_000) + steady((2, 3, 4, 5), *[10_000] * 5, *[7_000] * 9)},
        outcomes({1: "hit", **_CLEAR}),
    ),
    SweepCase(
        "boundary: 110 % of the others",
        {"price_week": listed(1, *[9_000] * 13, 11_000) + _OTHERS},
        outcomes({1: "clear", **_CLEAR}),
    ),
    SweepCase(
        "boundary: a fen above them",
        {"price_week": listed(1, *[9_000] * 13, 11_001) + _OTHERS},
        outcomes({1: "hit", **_CLEAR}),
    ),
    SweepCase(
        "boundary: 105 % of itself",
        {"price_week": listed(1, *[12_000] * 13, 12_600) + _OTHERS},
        outcomes({1: "clear", **_CLEAR}),
    ),
    SweepCase(
        "boundary: a fen above itself",
        {"price_week": listed(1, *[12_000] * 13, 12_601) + _OTHERS},
        outcomes({1: "hit", **_CLEAR}),
    ),
    SweepCase(
        "exclusion: his own other offer is no reference",
        {"price_week": listed(1, *_RAISED) + listed(1, *[14_000] * 14, listing_id=9) + _OTHERS},
        outcomes({1: "hit", 9: "clear", **_CLEAR}),
    ),
    SweepCase(
        "hit: he was not there when the others were",
        {"price_week": listed(1, 10_000, 10_000, 10_000, 10_000, 0, 0, 0, 0, 0, 13_000) + _OTHERS},
        outcomes({1: "hit", **_CLEAR}),
    ),
    SweepCase(
        "exclusion: goods without one price",
        {"price_week": listed(1, *_RAISED) + _OTHERS, "order_line": uneven_lines()},
        outcomes(dict.fromkeys((1, 2, 3, 4, 5), "not_applicable")),
    ),
    SweepCase(
        "hit: an earlier judged week",
        {"price_week": listed(1, *_RAISED, 10_000) + steady((2, 3, 4, 5), *[10_000] * 15)},
        outcomes({1: "hit", **_CLEAR}, week=ON_WEEK - 1) | outcomes({1: "clear", **_CLEAR}),
        values={"judged_weeks": 2},
    ),
    SweepCase(
        "not_computable: no history",
        {"price_week": listed(1, 13_000) + _OTHERS},
        outcomes({1: "not_computable", **_CLEAR}),
    ),
    SweepCase(
        "not_computable: three others",
        {"price_week": listed(1, *_RAISED) + steady((2, 3, 4), *[10_000] * 14)},
        outcomes(dict.fromkeys((1, 2, 3, 4), "not_computable")),
    ),
    CheckCase("hit: at order time", {**_GIVEN, "base_price_fen": 13_000}, "hit", amount_fen=6_000),
    CheckCase("boundary: 110 % at order time", {**_GIVEN, "base_price_fen": 11_000}, "clear"),
    CheckCase("boundary: a fen above it at order time", {**_GIVEN, "base_price_fen": 11_001}, "hit"),
    CheckCase(
        "not_computable: no own history at order time",
        {**_GIVEN, "base_price_fen": 13_000, "own_high_fen": None},
        "not_computable",
    ),
)
