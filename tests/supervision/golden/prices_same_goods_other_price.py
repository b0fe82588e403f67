"""Golden cases of different prices for the same goods."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_DAY = ON_DAY - 5
_LINE = {
    "product_id": 5, "supplier_id": 8, "region_code": 410100, "category_code": "A05", "quantity": 2, "pack_size": 1,
    "submitted_day": _DAY, "amount_fen": 1,
}  # fmt: skip
_SUBJECT = f"supplier:8:5:{_DAY}:410100:1"


def _lines(*prices_fen: int, **last: object) -> dict[str, list[dict[str, object]]]:
    """One line per price, each of another unit; `last` changes the last one."""
    rows = [
        {**_LINE, "unit_id": unit, "number": f"DD-{unit}", "base_price_fen": price_fen}
        for unit, price_fen in enumerate(prices_fen, start=1)
    ]
    rows[-1] = {**rows[-1], **last}
    return {"order_line": rows}


CASES = (
    SweepCase("hit: a tenth more", _lines(1_000, 1_000, 1_100), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"lowest_fen": 1_000, "highest_fen": 1_100, "unit_count": 3, "amount_fen": 200}},
              documents={_SUBJECT: ["DD-1", "DD-2", "DD-3"]}),
    SweepCase("clear: the same price", _lines(1_000, 1_000), {_SUBJECT: "clear"}),
    SweepCase("boundary: exactly five percent", _lines(1_000, 1_050), {_SUBJECT: "clear"}),
    SweepCase("boundary: one fen more", _lines(1_000, 1_051), {_SUBJECT: "hit"}),
    SweepCase("boundary: nine pieces are the same tier", _lines(1_000, 1_100, quantity=9), {_SUBJECT: "hit"}),
    SweepCase("exclusion: another tier of quantity", _lines(1_000, 1_100, quantity=10), {}),
    SweepCase("exclusion: another region", _lines(1_000, 1_100, region_code=410200), {}),
    SweepCase("exclusion: a cancelled order", _lines(1_000, 1_100, cancelled_day=_DAY), {}),
    SweepCase("exclusion: the same unit twice", _lines(1_000, 1_100, unit_id=1), {}),
    SweepCase("exclusion: another day", _lines(1_000, 1_100, submitted_day=_DAY + 1), {}),
    SweepCase("hit: a region that tightened", _lines(1_000, 1_040), {_SUBJECT: "hit"},
              regional={"spread_percent": {410100: 3}}),
    SweepCase("not_computable: a line without a price", _lines(0, 1_100), {_SUBJECT: "not_computable"}),
)  # fmt: skip
