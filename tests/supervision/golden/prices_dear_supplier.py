"""Golden cases of suppliers who are dear throughout."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import ON_DAY, SweepCase
from tests.supervision.price_histories import line

_REST = {f"supplier:{other}:410100": "clear" for other in (2, 3, 4)}


def _lines(ours_fen: int, *, products: int = 10, dearer: int | None = None, **columns: Any) -> list[dict[str, Any]]:
    """Supplier 1 at `ours_fen` for `dearer` products and 10,000 for the rest, others at 10,000; 3 lines each."""
    found = []
    for product_id in range(1, products + 1):
        own_fen = ours_fen if dearer is None or product_id <= dearer else 10_000
        for supplier_id, price_fen in ((1, own_fen), (2, 10_000), (3, 10_000), (4, 10_000)):
            found += [
                line(supplier_id, price_fen, day=ON_DAY - week, product_id=product_id, **columns) for week in (1, 9, 17)
            ]
    return found


def _said(outcome: str) -> dict[str, str]:
    return {"supplier:1:410100": outcome, **_REST}


CASES = (
    SweepCase(
        "hit: dear in all of ten products",
        {"order_line": _lines(12_000)},
        _said("hit"),
        evidence={
            "supplier:1:410100": {
                "products": 10,
                "lines": 30,
                "dearer": 10,
                "median_ratio": 12_000,
                "shrunken_ratio": 11_000,
                "amount_fen": 60_000,
            }
        },
        documents={"supplier:1:410100": [f"DD-1-{ON_DAY - week}" for week in (17, 9, 1)]},
    ),
    SweepCase("clear: as dear as the others", {"order_line": _lines(10_000)}, _said("clear")),
    SweepCase("boundary: half of 16 % is 8 %", {"order_line": _lines(11_600)}, _said("clear")),
    SweepCase("boundary: a little more", {"order_line": _lines(11_602)}, _said("hit")),
    SweepCase("boundary: dearer in nine of ten", {"order_line": _lines(12_000, dearer=9)}, _said("hit")),
    SweepCase(
        "boundary: dearer in eight of ten may be chance", {"order_line": _lines(12_000, dearer=8)}, _said("clear")
    ),
    SweepCase(
        "hit: the region tightened",
        {"order_line": _lines(11_200)},
        _said("hit"),
        regional={"above_others": {410_100: 10_500}},
    ),
    SweepCase(
        "exclusion: suppliers of other regions, where freight is less, are left out",
        {"order_line": [{**row, "region_code": 411_500} if row["supplier_id"] == 1 else row for row in _lines(15_000)]},
        {},
    ),
    SweepCase(
        "not_computable: nine products",
        {"order_line": _lines(12_000, products=9)},
        {f"supplier:{supplier}:410100": "not_computable" for supplier in (1, 2, 3, 4)},
    ),
    SweepCase(
        "not_computable: too few lines",
        {"order_line": [row for row in _lines(12_000) if row["submitted_day"] > ON_DAY - 17]},
        {f"supplier:{supplier}:410100": "not_computable" for supplier in (1, 2, 3, 4)},
    ),
    SweepCase(
        "not_computable: only two others", {"order_line": [row for row in _lines(12_000) if row["supplier_id"] < 4]}, {}
    ),
)
