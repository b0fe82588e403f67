"""Golden cases of statutory splitting."""

from __future__ import annotations

from tests.supervision.golden_cases import CheckCase, SweepCase

_LINE = {
    "region_code": 410100, "unit_id": 7, "project": "P1", "category_code": "A02010105", "year": 2026,
    "submitted_day": 20_700, "mode": "direct_purchase",
}  # fmt: skip
_SUBJECT = "unit:7:P1:A020101:2026"
_GIVEN = {"year_total_fen": 100_000_000, "year_order_count": 1, "split_is_approved": 0}


def _orders(*amounts_fen: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    return {
        "order_line": [
            {**_LINE, "order_id": index, "number": f"DD-{index}", "amount_fen": amount_fen, **changed}
            for index, amount_fen in enumerate(amounts_fen, start=1)
        ]
    }


CASES = (
    SweepCase("hit: two orders reach the threshold", _orders(120_000_000, 90_000_000), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"total_fen": 210_000_000, "order_count": 2}},
              documents={_SUBJECT: ["DD-1", "DD-2"]}),
    SweepCase("clear: below", _orders(50_000_000, 60_000_000), {_SUBJECT: "clear"}),
    SweepCase("boundary: exactly the threshold", _orders(100_000_000, 100_000_000), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fen less", _orders(100_000_000, 99_999_999), {_SUBJECT: "clear"}),
    SweepCase("exclusion: a single order", _orders(300_000_000), {_SUBJECT: "clear"}),
    SweepCase("exclusion: cancelled orders", _orders(120_000_000, 90_000_000, cancelled_day=20_710), {}),
    SweepCase("exclusion: open tender", _orders(120_000_000, 90_000_000, mode="open_tender"), {}),
    SweepCase("exclusion: approved", {**_orders(120_000_000, 90_000_000),
              "approval": [{"unit_id": 7, "kind": "split", "category_code": "A020101", "from_day": 20_600}]},
              {_SUBJECT: "not_applicable"}),
    SweepCase("hit: a region that tightened", _orders(60_000_000, 50_000_000), {_SUBJECT: "hit"},
              regional={"limit_fen": {410100: 100_000_000}}),
    SweepCase("not_computable: no threshold known", _orders(60_000_000, 50_000_000), {_SUBJECT: "not_computable"},
              values={"limit_fen": 0}),
    SweepCase("exclusion: approved for the branch", {**_orders(120_000_000, 90_000_000),
              "approval": [{"unit_id": 7, "kind": "split", "category_code": "A02010000", "from_day": 20_600}]},
              {_SUBJECT: "not_applicable"}),
    SweepCase("hit: approved for another class", {**_orders(120_000_000, 90_000_000),
              "approval": [{"unit_id": 7, "kind": "split", "category_code": "A020102", "from_day": 20_600}]},
              {_SUBJECT: "hit"}),
    SweepCase("boundary: the approval ends today", {**_orders(120_000_000, 90_000_000),
              "approval": [{"unit_id": 7, "kind": "split", "category_code": "A020101", "until_day": 20_786}]},
              {_SUBJECT: "not_applicable"}),
    SweepCase("boundary: the approval ended yesterday", {**_orders(120_000_000, 90_000_000),
              "approval": [{"unit_id": 7, "kind": "split", "category_code": "A020101", "until_day": 20_785}]},
              {_SUBJECT: "hit"}),
    CheckCase("hit: four fifths of the threshold are warned of", {**_GIVEN, "item_class_amount_fen": 60_000_000}, "hit",
              facts={"total_fen": 160_000_000, "order_count": 2}, amount_fen=160_000_000, action="warn"),
    CheckCase("boundary: one fen less than four fifths", {**_GIVEN, "item_class_amount_fen": 59_999_999}, "clear"),
    CheckCase("hit: the threshold itself holds", {**_GIVEN, "item_class_amount_fen": 100_000_000}, "hit"),
    CheckCase("boundary: one fen less than the threshold", {**_GIVEN, "item_class_amount_fen": 99_999_999}, "hit",
              action="warn"),
    CheckCase("exclusion: the first order",
              {**_GIVEN, "year_total_fen": 0, "year_order_count": 0, "item_class_amount_fen": 190_000_000}, "clear"),
    CheckCase("exclusion: approved before the order",
              {**_GIVEN, "split_is_approved": 1, "item_class_amount_fen": 150_000_000}, "not_applicable"),
    CheckCase("not_computable: no total", {"split_is_approved": 0, "item_class_amount_fen": 1}, "not_computable"),
)  # fmt: skip
