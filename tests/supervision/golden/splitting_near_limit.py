"""Golden cases of orders just below the limit."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_ORDER = {
    "region_code": 410100, "unit_id": 7, "supplier_id": 3, "mode": "direct_purchase", "submitted_day": 20_700,
}  # fmt: skip
_UNIT, _PAIR = "unit:7", "unit:7:supplier:3"


def _orders(*amounts_fen: int, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "purchase_order": [
            {**_ORDER, "number": f"DD-{index}", "total_fen": amount_fen, **changed}
            for index, amount_fen in enumerate(amounts_fen, start=1)
        ]
    }


def _outcomes(unit: str, pair: str) -> dict[str, str]:
    return {_UNIT: unit, _PAIR: pair}


_NEAR = 4_800_000

CASES = (
    SweepCase("hit: three orders below the limit", _orders(_NEAR, _NEAR, _NEAR), _outcomes("hit", "hit"),
              evidence={_UNIT: {"near_count": 3, "order_count": 3, "amount_fen": 14_400_000, "supplier_id": 0},
                        _PAIR: {"supplier_id": 3}},
              documents={_PAIR: ["DD-1", "DD-2", "DD-3"]}),
    SweepCase("hit: with three suppliers", {"purchase_order": [
        {**_ORDER, "supplier_id": supplier_id, "total_fen": _NEAR} for supplier_id in (3, 4, 5)]},
        {_UNIT: "hit", _PAIR: "clear", "unit:7:supplier:4": "clear", "unit:7:supplier:5": "clear"}),
    SweepCase("clear: two orders", _orders(_NEAR, _NEAR), _outcomes("clear", "clear")),
    SweepCase("boundary: nine tenths of the limit", _orders(4_500_000, _NEAR, _NEAR), _outcomes("hit", "hit")),
    SweepCase("boundary: one fen below the band", _orders(4_499_999, _NEAR, _NEAR), _outcomes("clear", "clear")),
    SweepCase("boundary: one fen below the limit", _orders(4_999_999, _NEAR, _NEAR), _outcomes("hit", "hit")),
    SweepCase("boundary: the limit itself", _orders(5_000_000, _NEAR, _NEAR), _outcomes("clear", "clear")),
    SweepCase("boundary: ninety days for a unit", _orders(_NEAR, _NEAR, _NEAR, submitted_day=20_697),
              _outcomes("hit", "hit")),
    SweepCase("boundary: longer only for unit and supplier", _orders(_NEAR, _NEAR, _NEAR, submitted_day=20_696),
              {_PAIR: "hit"}),
    SweepCase("boundary: a fifth of the orders", _orders(_NEAR, _NEAR, _NEAR, *([1_000] * 12)),
              _outcomes("hit", "hit")),
    SweepCase("exclusion: less than a fifth", _orders(_NEAR, _NEAR, _NEAR, *([1_000] * 13)),
              _outcomes("clear", "clear")),
    SweepCase("exclusion: cancelled", _orders(_NEAR, _NEAR, _NEAR, cancelled_day=20_701), {}),
    SweepCase("clear: compared", _orders(_NEAR, _NEAR, _NEAR, mode="price_comparison"), {}),
    SweepCase("hit: a region that tightened", _orders(2_900_000, 2_900_000, 2_900_000), _outcomes("hit", "hit"),
              regional={"limit_fen": {410100: 3_000_000}}),
    SweepCase("not_computable: no limit known", _orders(_NEAR), _outcomes("not_computable", "not_computable"),
              values={"limit_fen": 0}),
)  # fmt: skip
