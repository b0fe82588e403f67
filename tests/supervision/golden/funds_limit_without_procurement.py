"""Golden cases of spending over the limit without procurement."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_PAID = {
    "unit_id": 7, "region_code": 410100, "year": 2026, "payee_key": "p", "category_code": "A05040101", "confidence": 90,
}  # fmt: skip
_SUBJECT = "unit:7:A0504:2026"


def _paid(*amounts_fen: int, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "payment": [
            {**_PAID, "amount_fen": amount_fen, "voucher": f"V-{index}", "day": 20_700 + index, **changed}
            for index, amount_fen in enumerate(amounts_fen, start=1)
        ]
    }


CASES = (
    SweepCase("hit: the total passes the limit with the second payment", _paid(60_000_000, 50_000_000, 10_000_000),
              {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"amount_fen": 120_000_000, "payment_count": 3, "reached_day": 20_702,
              "day": 20_703}},
              documents={_SUBJECT: ["V-1", "V-2", "V-3"]}),
    SweepCase("clear: below", _paid(60_000_000, 30_000_000), {_SUBJECT: "clear"}),
    SweepCase("clear: two branches", {"payment": [
        {**_PAID, "amount_fen": 60_000_000, "day": 20_700},
        {**_PAID, "amount_fen": 60_000_000, "day": 20_700, "category_code": "C23090100"},
    ]}, {_SUBJECT: "clear", "unit:7:C2309:2026": "clear"}),
    SweepCase("clear: two years", {"payment": [
        {**_PAID, "amount_fen": 60_000_000, "day": 20_700},
        {**_PAID, "amount_fen": 60_000_000, "day": 20_400, "year": 2025},
    ]}, {_SUBJECT: "clear", "unit:7:A0504:2025": "clear"}),
    SweepCase("boundary: exactly the limit", _paid(50_000_000, 50_000_000), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fen less", _paid(50_000_000, 49_999_999), {_SUBJECT: "clear"}),
    SweepCase("exclusion: recurring dues", _paid(120_000_000, is_recurring=1), {}),
    SweepCase("exclusion: procured elsewhere", _paid(120_000_000, is_procured_elsewhere=1), {}),
    SweepCase("exclusion: works", _paid(120_000_000, category_code="B01000000"), {}),
    SweepCase("exclusion: category not surely known", _paid(120_000_000, confidence=59), {}),
    SweepCase("clear: an order covers it", {
        **_paid(120_000_000, order_id=5), "purchase_order": [{"order_id": 5, "total_fen": 120_000_000}]}, {}),
    SweepCase("hit: a county's lower limit", _paid(40_000_000), {_SUBJECT: "hit"},
              regional={"limit_fen": {410100: 30_000_000}}),
    SweepCase("not_computable: no limit known", _paid(40_000_000), {_SUBJECT: "not_computable"},
              values={"limit_fen": 0}),
)  # fmt: skip
