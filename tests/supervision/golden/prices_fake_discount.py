"""Golden cases of original prices that were not charged."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import ON_DAY, SweepCase
from tests.supervision.price_histories import line

_DAY = ON_DAY - 2
_CHANGE = "change:9"


def _change(shown_fen: int, new_fen: int = 8_000, **columns: Any) -> dict[str, Any]:
    return {"change_id": 9, "listing_id": 1, "day": _DAY, "minute": 480, "old_price_fen": 10_000,
            "new_price_fen": new_fen, "list_price_fen": shown_fen, **columns}  # fmt: skip


_PAID = [line(1, 10_000, day=_DAY - 1), line(1, 10_500, day=_DAY - 3)]

CASES = (
    SweepCase(
        "hit: shown above what was paid",
        {"price_change": [_change(12_000)], "order_line": _PAID},
        {_CHANGE: "hit"},
        evidence={_CHANGE: {"lowest_fen": 10_000, "last_fen": 10_000, "amount_fen": 2_000}},
    ),
    SweepCase(
        "clear: shown what was paid", {"price_change": [_change(9_500)], "order_line": _PAID}, {_CHANGE: "clear"}
    ),
    SweepCase(
        "boundary: exactly the lowest", {"price_change": [_change(10_000)], "order_line": _PAID}, {_CHANGE: "clear"}
    ),
    SweepCase("boundary: a fen more", {"price_change": [_change(10_001)], "order_line": _PAID}, {_CHANGE: "hit"}),
    SweepCase(
        "boundary: seven days before",
        {
            "price_change": [_change(11_000)],
            "order_line": [line(1, 10_000, day=_DAY - 7), line(1, 11_000, day=_DAY - 1)],
        },
        {_CHANGE: "hit"},
    ),
    SweepCase(
        "boundary: eight days before counts only where there is nothing nearer",
        {
            "price_change": [_change(11_000)],
            "order_line": [line(1, 10_000, day=_DAY - 8), line(1, 11_000, day=_DAY - 1)],
        },
        {_CHANGE: "clear"},
    ),
    SweepCase(
        "hit: the last time it was paid, long before",
        {
            "price_change": [_change(11_000)],
            "order_line": [line(1, 11_000, day=_DAY - 90), line(1, 10_000, day=_DAY - 60)],
        },
        {_CHANGE: "hit"},
        evidence={_CHANGE: {"lowest_fen": 0, "last_fen": 10_000, "last_day": _DAY - 60}},
    ),
    SweepCase(
        "clear: what is paid on the day itself is not before it",
        {"price_change": [_change(10_000)], "order_line": [*_PAID, line(1, 8_000, day=_DAY)]},
        {_CHANGE: "clear"},
    ),
    SweepCase("clear: no original price is shown", {"price_change": [_change(0)], "order_line": _PAID}, {}),
    SweepCase(
        "exclusion: the same promotion goes on",
        {"price_change": [_change(12_000, 9_000, change_id=8, day=_DAY - 30), _change(12_000)], "order_line": _PAID},
        {_CHANGE: "not_applicable"},
    ),
    SweepCase(
        "clear: a cancelled order was not paid",
        {"price_change": [_change(10_000)], "order_line": [*_PAID, line(1, 1_000, day=_DAY - 1, cancelled_day=_DAY)]},
        {_CHANGE: "clear"},
    ),
    SweepCase("not_computable: never sold", {"price_change": [_change(12_000)]}, {_CHANGE: "not_computable"}),
)
