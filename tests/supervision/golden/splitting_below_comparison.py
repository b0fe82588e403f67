"""Golden cases of splitting below comparison; the window of thirty days begins on 20,757."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_LINE = {
    "region_code": 410100, "unit_id": 7, "supplier_id": 3, "product_id": 9, "category_code": "A05040101", "year": 2026,
    "mode": "direct_purchase", "address_key": "a",
}  # fmt: skip
_SUBJECT = "unit:7:A050401"
_GIVEN = {
    "recent_total_fen": 3_000_000, "recent_order_count": 1, "recent_same_count": 1, "class_amount_fen": 2_500_000,
    "is_regular_consumable": 0,
}  # fmt: skip


def _orders(*orders: tuple[int, int], **changed: Any) -> dict[str, list[dict[str, Any]]]:
    """Orders of (day, amount in fen)."""
    return {
        "order_line": [
            {
                **_LINE,
                "order_id": index,
                "number": f"DD-{index}",
                "submitted_day": day,
                "amount_fen": amount_fen,
                **changed,
            }
            for index, (day, amount_fen) in enumerate(orders, start=1)
        ]
    }


def _varied(*orders: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    rows = _orders(*((20_760 + index, 3_000_000) for index in range(len(orders))))["order_line"]
    return {"order_line": [{**row, **order} for row, order in zip(rows, orders, strict=True)]}


def _every(days: int, orders: int, *, last: int = 20_780) -> Sequence[tuple[int, int]]:
    return [(last - days * step, 1_500_000) for step in range(orders)]


_OTHER = {"supplier_id": 4, "product_id": 8, "address_key": "b"}

CASES = (
    SweepCase("hit: two orders of one class in a month", _orders((20_760, 3_000_000), (20_770, 2_500_000)),
              {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"total_fen": 5_500_000, "order_count": 2, "same_supplier": 2, "same_product": 2,
                                   "same_day": 1, "same_address": 2, "alike_kinds": 3, "supplier_id": 3}},
              documents={_SUBJECT: ["DD-1", "DD-2"]}),
    SweepCase("hit: alike only in the day", _varied({"submitted_day": 20_760}, {**_OTHER, "submitted_day": 20_760}),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"same_day": 2, "alike_kinds": 1, "supplier_id": 0}}),
    SweepCase("clear: alike in nothing", _varied({}, _OTHER), {_SUBJECT: "clear"}),
    SweepCase("clear: two classes", _varied({}, {"category_code": "A05010201"}),
              {_SUBJECT: "clear", "unit:7:A050102": "clear"}),
    SweepCase("clear: two units", _varied({}, {"unit_id": 8}), {_SUBJECT: "clear", "unit:8:A050401": "clear"}),
    SweepCase("clear: compared", _orders((20_760, 3_000_000), (20_770, 2_500_000), mode="price_comparison"), {}),
    SweepCase("boundary: exactly the limit", _orders((20_760, 2_500_000), (20_770, 2_500_000)), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fen less", _orders((20_760, 2_500_000), (20_770, 2_499_999)), {_SUBJECT: "clear"}),
    SweepCase("boundary: the first day of the window", _orders((20_757, 3_000_000), (20_770, 3_000_000)),
              {_SUBJECT: "hit"}),
    SweepCase("boundary: one day before the window", _orders((20_756, 3_000_000), (20_770, 3_000_000)),
              {_SUBJECT: "clear"}),
    SweepCase("clear: one order of two lines", {"order_line": [
        {**_LINE, "order_id": 1, "submitted_day": 20_760, "amount_fen": 2_400_000},
        {**_LINE, "order_id": 1, "submitted_day": 20_760, "amount_fen": 2_400_000}]}, {_SUBJECT: "clear"}),
    SweepCase("exclusion: paper every week", _orders(*_every(7, 8)), {_SUBJECT: "not_applicable"}),
    SweepCase("boundary: five orders are no rhythm yet", _orders(*_every(7, 5)), {_SUBJECT: "hit"}),
    SweepCase("boundary: six orders are one", _orders(*_every(7, 6)), {_SUBJECT: "not_applicable"}),
    SweepCase("hit: an extra order breaks the rhythm", _orders(*_every(7, 8), (20_780, 1_500_000)), {_SUBJECT: "hit"}),
    SweepCase("hit: assets have no rhythm", _orders(*_every(7, 8), is_asset=1), {_SUBJECT: "hit"}),
    SweepCase("exclusion: cancelled", _orders((20_760, 3_000_000), (20_770, 3_000_000), cancelled_day=20_775), {}),
    SweepCase("exclusion: one of them reaches the limit", _orders((20_760, 5_000_000), (20_770, 1_000_000)),
              {_SUBJECT: "clear"}),
    SweepCase("hit: a region that tightened", _orders((20_760, 1_500_000), (20_770, 1_500_000)), {_SUBJECT: "hit"},
              regional={"limit_fen": {410100: 3_000_000}}),
    SweepCase("not_computable: no limit known", _orders((20_760, 1_500_000)), {_SUBJECT: "not_computable"},
              values={"limit_fen": 0}),
    CheckCase("hit: this order and an earlier one", _GIVEN, "hit", amount_fen=5_500_000,
              facts={"total_fen": 5_500_000, "order_count": 2, "recent_same_count": 1}),
    CheckCase("boundary: this order makes exactly the limit", {**_GIVEN, "class_amount_fen": 2_000_000}, "hit"),
    CheckCase("boundary: this order leaves one fen", {**_GIVEN, "class_amount_fen": 1_999_999}, "clear"),
    CheckCase("clear: no earlier order", {**_GIVEN, "recent_total_fen": 0, "recent_order_count": 0}, "clear"),
    CheckCase("exclusion: this order reaches the limit by itself", {**_GIVEN, "class_amount_fen": 5_000_000}, "clear"),
    CheckCase("exclusion: this order belongs to a rhythm", {**_GIVEN, "is_regular_consumable": 1}, "not_applicable"),
    CheckCase("not_computable: earlier orders not known", {**_GIVEN, "recent_total_fen": None}, "not_computable"),
)  # fmt: skip
