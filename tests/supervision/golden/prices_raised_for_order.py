"""Golden cases of prices raised before an order and lowered after it."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import ON_DAY, SweepCase
from tests.supervision.price_histories import line, listed, steady, uneven_lines

_DAY = ON_DAY - 14
_HISTORY = listed(1, *[10_000] * 15)
_LINE = "line:1"


def _change(day: int, old_fen: int, new_fen: int, **columns: Any) -> dict[str, Any]:
    return {"listing_id": 1, "day": day, "minute": 540, "old_price_fen": old_fen, "new_price_fen": new_fen, **columns}


def _rows(price_fen: int, *changes: dict[str, Any], **columns: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "order_line": [line(1, price_fen, day=_DAY, quantity=2, **columns)],
        "price_change": list(changes),
        "price_week": _HISTORY,
    }


_UP, _DOWN = _change(_DAY - 3, 10_000, 12_000), _change(_DAY + 5, 12_000, 10_000)

_EARLIER = [{**row, "submitted_day": row["submitted_day"] - 21} for row in uneven_lines()]

CASES = (
    SweepCase(
        "hit: up before, down after",
        _rows(12_000, _UP, _DOWN),
        {_LINE: "hit"},
        evidence={_LINE: {"before_fen": 10_000, "after_fen": 10_000, "own_fen": 10_000, "amount_fen": 4_000}},
        documents={_LINE: [f"DD-1-{_DAY}"]},
    ),
    SweepCase(
        "hit: in two steps",
        _rows(
            12_000,
            _change(_DAY - 5, 10_000, 11_000),
            _change(_DAY - 1, 11_000, 12_000),
            _change(_DAY + 2, 12_000, 11_000),
            _change(_DAY + 9, 11_000, 10_000),
        ),
        {_LINE: "hit"},
    ),
    SweepCase("clear: up and still there", _rows(12_000, _UP), {_LINE: "clear"}),
    SweepCase("clear: down only", _rows(12_000, _DOWN), {_LINE: "clear"}),
    SweepCase(
        "clear: back to its usual price after a promotion",
        _rows(10_000, _change(_DAY - 3, 8_000, 10_000), _change(_DAY + 5, 10_000, 8_000)),
        {_LINE: "clear"},
    ),
    SweepCase(
        "boundary: up by 15 %, down by 13 %",
        _rows(11_500, _change(_DAY - 7, 10_000, 11_500), _change(_DAY + 14, 11_500, 10_005)),
        {_LINE: "hit"},
    ),
    SweepCase(
        "boundary: up by less",
        _rows(11_499, _change(_DAY - 7, 10_000, 11_499), _change(_DAY + 14, 11_499, 9_000)),
        {_LINE: "clear"},
    ),
    SweepCase(
        "boundary: down by less",
        _rows(11_500, _change(_DAY - 7, 10_000, 11_500), _change(_DAY + 14, 11_500, 10_006)),
        {_LINE: "clear"},
    ),
    SweepCase("boundary: eight days before", _rows(12_000, _change(_DAY - 8, 10_000, 12_000), _DOWN), {_LINE: "clear"}),
    SweepCase("boundary: fifteen days after", _rows(12_000, _UP, _change(_DAY + 15, 12_000, 10_000)), {_LINE: "clear"}),
    SweepCase(
        "boundary: later on the day of the order is after it",
        _rows(10_000, _change(_DAY, 10_000, 12_000, minute=601), _DOWN),
        {_LINE: "clear"},
    ),
    SweepCase(
        "exclusion: a manufacturer's notice",
        _rows(12_000, _change(_DAY - 3, 10_000, 12_000, is_manufacturer_notice=1), _DOWN),
        {_LINE: "not_applicable"},
    ),
    SweepCase(
        "exclusion: the others ask as much",
        {**_rows(12_000, _UP, _DOWN), "price_week": _HISTORY + steady((2, 3, 4), *[11_215] * 15)},
        {_LINE: "clear"},
    ),
    SweepCase(
        "boundary: above 107 % of the others",
        {**_rows(12_000, _UP, _DOWN), "price_week": _HISTORY + steady((2, 3, 4), *[11_214] * 15)},
        {_LINE: "hit"},
        evidence={_LINE: {"others_fen": 11_214, "others_fen_sellers": 3}},
    ),
    SweepCase(
        "exclusion: goods without one price",
        {**_rows(12_000, _UP, _DOWN), "order_line": [line(1, 12_000, day=_DAY), *_EARLIER]},
        {_LINE: "not_applicable"},
    ),
    SweepCase("clear: a cancelled order is not looked at", _rows(12_000, _UP, _DOWN, cancelled_day=_DAY + 1), {}),
    SweepCase(
        "not_computable: three weeks of history",
        {**_rows(12_000, _UP, _DOWN), "price_week": listed(1, *[10_000] * 3, until_week=2_966)},
        {_LINE: "not_computable"},
    ),
)
