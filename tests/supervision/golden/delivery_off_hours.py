"""Golden cases of batches of orders off hours."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_FEW = {"minimum_units": 3}


def _lines(*counts: int, by_day: int = 0, **changed: object) -> dict[str, list[dict[str, object]]]:
    """So many lines off hours of the units 1, 2, 3 ..., and one line of each by day."""
    lines, orders = [], []
    for unit_id, count in enumerate(counts, start=1):
        usual = {"unit_id": unit_id, "region_code": 410100, "submitted_day": ON_DAY - 9, "amount_fen": 5}
        lines += [{**usual, "order_id": unit_id, **changed}] * count
        lines += [{**usual, "order_id": 1_000 + unit_id}]
        orders.append({"order_id": unit_id, "unit_id": unit_id, "number": f"DD-{unit_id}", "is_off_hours": 1,
                       "submitted_day": ON_DAY - 9})  # fmt: skip
        orders.append({"order_id": 1_000 + unit_id, "unit_id": unit_id, "number": "", "submitted_day": ON_DAY - 9})
    return {"order_line": lines, "purchase_order": orders}


def _others(outcome: str, until: int) -> dict[str, str]:
    return {f"unit:{unit_id}": outcome for unit_id in range(2, until + 1)}


#: a hundred and one units: the 99th percentile is the hundredth of them, so that one may be above it
_HUNDRED = [0] * 99

CASES = (
    SweepCase("hit: one unit above all others", _lines(15, 3, *_HUNDRED), {"unit:1": "hit", **_others("clear", 101)},
              evidence={"unit:1": {"off_hours_count": 15, "line_count": 16, "high_count": 3, "high_count_count": 101,
                                   "amount_fen": 75}},
              documents={"unit:1": ["DD-1"]}),
    SweepCase("clear: two units alike", _lines(15, 15, *_HUNDRED), {"unit:1": "clear", **_others("clear", 101)}),
    SweepCase("boundary: ten lines", _lines(10, 3, *_HUNDRED), {"unit:1": "hit", **_others("clear", 101)}),
    SweepCase("boundary: nine lines", _lines(9, 3, *_HUNDRED), {"unit:1": "clear", **_others("clear", 101)}),
    SweepCase("exclusion: cancelled orders", _lines(15, 3, *_HUNDRED, cancelled_day=ON_DAY),
              {"unit:1": "clear", **_others("clear", 101)}),
    SweepCase("clear: long ago", _lines(15, 3, *_HUNDRED, submitted_day=ON_DAY - 30),
              {"unit:1": "clear", **_others("clear", 101)}),
    SweepCase("boundary: a hundred units are enough", _lines(15, *_HUNDRED),
              {"unit:1": "hit", **_others("clear", 100)}),
    SweepCase("boundary: ninety-nine units are not", _lines(15, *_HUNDRED[1:]),
              {"unit:1": "not_computable", **_others("not_computable", 99)}),
    SweepCase("not_computable: two units", _lines(15, 3), {"unit:1": "not_computable", "unit:2": "not_computable"},
              values=_FEW),
)  # fmt: skip
