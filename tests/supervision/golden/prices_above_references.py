"""Golden cases of prices above both references."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase
from tests.supervision.price_histories import ON_WEEK, line, listed, outcomes, steady, subject, uneven_lines

_OTHERS = steady((2, 3, 4, 5), *[10_000] * 14)
_CLEAR = dict.fromkeys((2, 3, 4, 5), "clear")


def _ours(*prices_fen: int, others: list[dict[str, object]] = _OTHERS) -> dict[str, list[dict[str, object]]]:
    return {"price_week": listed(1, *prices_fen) + others}


def _products(*ours: list[int]) -> dict[str, list[dict[str, object]]]:
    """One product per history, sold by us and four others; its listings are product * 10 + supplier."""
    rows = []
    for product_id, prices_fen in enumerate(ours, start=10):
        for row in listed(1, *prices_fen) + _OTHERS:
            rows.append({**row, "product_id": product_id, "listing_id": product_id * 10 + row["supplier_id"]})
    return {"price_week": rows}


def _said(*ours: str) -> dict[str, str]:
    found = {}
    for product_id, outcome in enumerate(ours, start=10):
        found |= outcomes({product_id * 10 + supplier_id: "clear" for supplier_id in (2, 3, 4, 5)})
        found |= outcomes({product_id * 10 + 1: outcome})
    return found


_RAISED = [10_000] * 13 + [13_000]
_GIVEN = {
    "amount_fen": 26_000,
    "others_regular_fen": 10_000,
    "others_regular_sellers": 4,
    "own_regular_fen": 10_000,
    "own_regular_weeks": 13,
    "is_uneven": 0,
}

CASES = (
    SweepCase(
        "hit: above the others and above itself",
        {**_ours(*_RAISED), "order_line": [line(1, 13_000, quantity=4), line(1, 13_000, day=ON_DAY - 7, quantity=9)]},
        outcomes({1: "hit", **_CLEAR}),
        evidence={
            subject(): {
                "others_fen": 10_000,
                "others_fen_sellers": 4,
                "own_fen": 10_000,
                "own_fen_count": 13,
                "sold": 4,
                "amount_fen": 12_000,
                "day": ON_DAY,
                "product_id": 5,
            }
        },
        documents={subject(): [f"DD-1-{ON_DAY}"]},
    ),
    SweepCase(
        "clear: dear for long, which is another rule's matter", _ours(*[13_000] * 14), outcomes({1: "clear", **_CLEAR})
    ),
    SweepCase(
        "clear: the others moved too",
        {"price_week": steady((1, 2, 3, 4, 5), *_RAISED)},
        outcomes(dict.fromkeys((1, 2, 3, 4, 5), "clear")),
    ),
    SweepCase(
        "clear: all others run a promotion",
        _ours(*[9_000] * 13, 10_500, others=steady((2, 3, 4, 5), *[10_000] * 13, 7_000)),
        outcomes({1: "clear", **_CLEAR}),
    ),
    SweepCase(
        "hit: what the others regularly ask, when they run a promotion",
        _ours(*_RAISED, others=steady((2, 3, 4, 5), *[10_000] * 13, 7_000)),
        outcomes({1: "hit", **_CLEAR}),
    ),
    SweepCase(
        "boundary: 108 % of itself, 107 % of the others, and a fen above each",
        _products([*[10_000] * 13, 10_800], [*[10_000] * 13, 10_801], [*[9_000] * 13, 10_700], [*[9_000] * 13, 10_701]),
        _said("clear", "hit", "clear", "hit"),
    ),
    SweepCase(
        "boundary: a new listing at 120 %, a fen above it, and four weeks, which are a history",
        _products([12_000], [12_001], [12_001] * 4 + [12_002]),
        _said("clear", "hit", "clear"),
    ),
    SweepCase(
        "hit: shielded by another's dearer offer",
        _ours(*_RAISED, others=steady((2, 3, 4, 5), *[10_000] * 14) + listed(6, *[10_000] * 13, 20_000)),
        outcomes({1: "hit", 6: "hit", **_CLEAR}),
        evidence={subject(): {"others_fen": 10_000}},
    ),
    SweepCase(
        "hit: the region tightened",
        _ours(*[9_000] * 13, 10_600),
        outcomes({1: "hit", **_CLEAR}),
        regional={"above_others": {410_100: 10_500}},
    ),
    SweepCase(
        "hit: an earlier judged week",
        {"price_week": listed(1, *_RAISED, 10_000) + steady((2, 3, 4, 5), *[10_000] * 15)},
        outcomes({1: "hit", **_CLEAR}, week=ON_WEEK - 1) | outcomes({1: "clear", **_CLEAR}),
        values={"judged_weeks": 2},
    ),
    SweepCase(
        "exclusion: goods without one price",
        {**_ours(*_RAISED), "order_line": uneven_lines()},
        outcomes(dict.fromkeys((1, 2, 3, 4, 5), "not_applicable")),
    ),
    SweepCase(
        "clear: two prices in too few weeks are no rule",
        {**_ours(*[10_000] * 14), "order_line": uneven_lines()[:4]},
        outcomes({1: "clear", **_CLEAR}),
    ),
    SweepCase(
        "exclusion: a category without one price",
        {
            **_ours(*_RAISED),
            "order_line": [row for other in range(6) for row in uneven_lines(100 + other, product_id=100 + other)],
        },
        outcomes(dict.fromkeys((1, 2, 3, 4, 5), "not_applicable")),
    ),
    SweepCase(
        "not_computable: three others",
        _ours(*_RAISED, others=steady((2, 3, 4), *[10_000] * 14)),
        outcomes(dict.fromkeys((1, 2, 3, 4), "not_computable")),
    ),
    SweepCase(
        "not_computable: the other listings are his own",
        _ours(
            *_RAISED,
            others=[row for listing_id in (2, 3, 4, 5) for row in listed(1, *[10_000] * 14, listing_id=listing_id)],
        ),
        outcomes(dict.fromkeys((1, 2, 3, 4, 5), "not_computable")),
    ),
    CheckCase(
        "hit: at order time",
        {**_GIVEN, "base_price_fen": 13_000},
        "hit",
        amount_fen=6_000,
        facts={"others_fen": 10_000, "own_fen": 10_000},
    ),
    CheckCase("boundary: 108 % at order time", {**_GIVEN, "base_price_fen": 10_800}, "clear"),
    CheckCase("boundary: a fen above it at order time", {**_GIVEN, "base_price_fen": 10_801}, "hit"),
    CheckCase(
        "clear: a new listing at 120 % at order time",
        {**_GIVEN, "base_price_fen": 12_000, "own_regular_fen": 0, "own_regular_weeks": 0},
        "clear",
    ),
    CheckCase(
        "hit: a new listing above 120 % at order time",
        {**_GIVEN, "base_price_fen": 12_001, "own_regular_fen": 0, "own_regular_weeks": 0},
        "hit",
    ),
    CheckCase(
        "exclusion: goods without one price at order time",
        {**_GIVEN, "base_price_fen": 13_000, "is_uneven": 1},
        "not_applicable",
    ),
    CheckCase(
        "not_computable: three others at order time",
        {**_GIVEN, "base_price_fen": 13_000, "others_regular_sellers": 3},
        "not_computable",
    ),
)
