"""Golden cases of bunching; of 30 orders in the three bins 17 in the middle one are significant at a hundredth."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_ORDER = {"region_code": 410100, "submitted_day": 20_600}
_LOW, _BELOW, _ABOVE, _ELSEWHERE = 4_400_000, 4_800_000, 5_100_000, 1_000_000
#: 0.8 of them: the same bins around the placebo
_PLACEBO_LOW, _PLACEBO_BELOW = 3_500_000, 3_900_000
_SUBJECT = "department:5"
_FEW = {"least_orders": 10}


def _department(below: int, *, outside: int = 30, parent_id: int = 5, **changed: Any) -> list[dict[str, Any]]:
    """Thirty orders in the three bins, so many of them below the limit, and others far from it."""
    amounts = [_BELOW] * below + [_LOW] * ((30 - below) // 2) + [_ABOVE] * (30 - below - (30 - below) // 2)
    amounts += [_ELSEWHERE] * outside
    return [{**_ORDER, "parent_id": parent_id, "total_fen": amount_fen, **changed} for amount_fen in amounts]


def _orders(*rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"purchase_order": list(rows)}


def _placebo(below: int) -> list[dict[str, Any]]:
    amounts = [_PLACEBO_BELOW] * below + [_PLACEBO_LOW] * (30 - below)
    return [{**_ORDER, "parent_id": 5, "total_fen": amount_fen} for amount_fen in amounts]


def _others(count: int) -> list[dict[str, Any]]:
    """Departments with nothing to see."""
    return [
        {**_ORDER, "parent_id": parent_id, "total_fen": _ELSEWHERE}
        for parent_id in range(101, 101 + count)
        for _ in range(10)
    ]


def _clear(count: int) -> dict[str, str]:
    return {f"department:{parent_id}": "clear" for parent_id in range(101, 101 + count)}


CASES = (
    SweepCase("hit: two thirds in the middle bin", _orders(*_department(20)), {_SUBJECT: "hit"}, values=_FEW,
              evidence={_SUBJECT: {"bins_count": 30, "below_count": 20, "order_count": 60, "level": 1_000, "tested": 1,
                                   "amount_fen": 20 * _BELOW, "unit_id": 5}}),
    SweepCase("clear: a third", _orders(*_department(10)), {_SUBJECT: "clear"}, values=_FEW),
    SweepCase("clear: nothing near the limit", _orders(*_others(1)), _clear(1), values=_FEW),
    SweepCase("boundary: 17 of 30", _orders(*_department(17)), {_SUBJECT: "hit"}, values=_FEW,
              evidence={_SUBJECT: {"level": 10_000}}),
    SweepCase("boundary: 16 of 30", _orders(*_department(16)), {_SUBJECT: "clear"}, values=_FEW),
    SweepCase("boundary: two hundred orders", _orders(*_department(20, outside=170)), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fewer", _orders(*_department(20, outside=169)), {_SUBJECT: "not_computable"}),
    SweepCase("boundary: one of ten departments at a hundredth", _orders(*_department(17), *_others(9)),
              {_SUBJECT: "hit", **_clear(9)}, values=_FEW),
    SweepCase("boundary: one of eleven may be chance", _orders(*_department(17), *_others(10)),
              {_SUBJECT: "clear", **_clear(10)}, values=_FEW),
    SweepCase("hit: one of eleven at a thousandth", _orders(*_department(20), *_others(10)),
              {_SUBJECT: "hit", **_clear(10)}, values=_FEW),
    SweepCase("boundary: the first day of the year looked at", _orders(*_department(20, submitted_day=20_422)),
              {_SUBJECT: "hit"}, values=_FEW),
    SweepCase("boundary: one day earlier", _orders(*_department(20, submitted_day=20_421)), {}, values=_FEW),
    SweepCase("exclusion: round prices heap elsewhere too", _orders(*_department(20), *_placebo(20)),
              {_SUBJECT: "not_applicable"}, values=_FEW),
    SweepCase("clear: units without a department", _orders(*_department(20, parent_id=0)), {}, values=_FEW),
    SweepCase("exclusion: cancelled", _orders(*_department(20, cancelled_day=20_601)), {}, values=_FEW),
    SweepCase("hit: a region with a lower limit", _orders(
        *[{**row, "total_fen": row["total_fen"] // 2} for row in _department(20)]), {_SUBJECT: "hit"}, values=_FEW,
        regional={"limit_fen": {410100: 2_500_000}}),
    SweepCase("not_computable: no limit known", _orders(*_department(20)), {_SUBJECT: "not_computable"},
              values={**_FEW, "limit_fen": 0}),
)  # fmt: skip
