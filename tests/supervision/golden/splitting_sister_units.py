"""Golden cases of splitting across sister units."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_LINE = {
    "region_code": 410100, "parent_id": 5, "supplier_id": 3, "category_code": "A02010105", "submitted_day": 20_770,
    "mode": "direct_purchase",
}  # fmt: skip
_SUBJECT = "department:5:A020101:3:410100"


def _units(*amounts_fen: int, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    """One order of each unit."""
    return {
        "order_line": [
            {
                **_LINE,
                "order_id": index,
                "number": f"DD-{index}",
                "unit_id": 10 + index,
                "amount_fen": amount_fen,
                **changed,
            }
            for index, amount_fen in enumerate(amounts_fen, start=1)
        ]
    }


_THREE = _units(90_000_000, 80_000_000, 70_000_000)
_APPROVED = {"unit_id": 5, "kind": "joint_purchase", "category_code": "A0201"}

CASES = (
    SweepCase("hit: three units over a tender together", _THREE, {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"unit_count": 3, "order_count": 3, "largest_fen": 90_000_000, "unit_id": 5,
                                   "amount_fen": 240_000_000}},
              documents={_SUBJECT: ["DD-1", "DD-2", "DD-3"]}),
    SweepCase("clear: two units", _units(99_000_000, 99_000_000), {_SUBJECT: "clear"}),
    SweepCase("clear: little together", _units(10_000_000, 10_000_000, 10_000_000), {_SUBJECT: "clear"}),
    SweepCase("clear: two departments", {"order_line": [
        *_THREE["order_line"][:2], {**_THREE["order_line"][2], "parent_id": 6}]},
        {_SUBJECT: "clear", "department:6:A020101:3:410100": "clear"}),
    SweepCase("clear: two suppliers", {"order_line": [
        *_THREE["order_line"][:2], {**_THREE["order_line"][2], "supplier_id": 4}]},
        {_SUBJECT: "clear", "department:5:A020101:4:410100": "clear"}),
    SweepCase("boundary: exactly the threshold", _units(70_000_000, 70_000_000, 60_000_000), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fen less", _units(70_000_000, 70_000_000, 59_999_999), {_SUBJECT: "clear"}),
    SweepCase("boundary: the first day of the window", _units(90_000_000, 80_000_000, 70_000_000, submitted_day=20_757),
              {_SUBJECT: "hit"}),
    SweepCase("boundary: one day earlier", _units(90_000_000, 80_000_000, 70_000_000, submitted_day=20_756), {}),
    SweepCase("boundary: a unit one fen below its limit", _units(99_999_999, 99_999_999, 2), {_SUBJECT: "hit"}),
    SweepCase("exclusion: a unit at its own limit", _units(100_000_000, 99_999_999, 99_999_999), {_SUBJECT: "clear"}),
    SweepCase("exclusion: buying together was approved", {**_THREE, "approval": [_APPROVED]},
              {_SUBJECT: "not_applicable"}),
    SweepCase("hit: approved for another department", {**_THREE, "approval": [{**_APPROVED, "unit_id": 6}]},
              {_SUBJECT: "hit"}),
    SweepCase("exclusion: cancelled", _units(90_000_000, 80_000_000, 70_000_000, cancelled_day=20_771), {}),
    SweepCase("hit: a region that tightened", _units(20_000_000, 20_000_000, 20_000_000), {_SUBJECT: "hit"},
              regional={"together_limit_fen": {410100: 50_000_000}}),
    SweepCase("not_computable: no threshold known", _THREE, {_SUBJECT: "not_computable"},
              values={"together_limit_fen": 0}),
)  # fmt: skip
