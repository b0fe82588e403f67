"""Golden cases of the share of small and medium firms."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_GIVEN = {
    "goods_total_fen": 900_000, "small_firm_total_fen": 300_000, "supplier_is_small_firm": 0, "amount_fen": 100_000,
    "order_amount_fen": 100_000, "category_code": "A05040101",
}  # fmt: skip


def _lines(small_fen: int, large_fen: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    """What a unit bought of a small firm (8) and of a large one (9); `changed` is the second."""
    usual = {"unit_id": 7, "region_code": 410100, "category_code": "A05040101", "submitted_day": ON_DAY - 20}
    lines = [
        {**usual, "order_id": 1, "supplier_id": 8, "amount_fen": small_fen},
        {**usual, "order_id": 2, "supplier_id": 9, "amount_fen": large_fen, **changed},
    ]
    orders = [{"order_id": line["order_id"], "total_fen": line["amount_fen"]} for line in lines]
    suppliers = [{"supplier_id": 8, "is_small_firm": 1}, {"supplier_id": 9}]
    return {"order_line": lines, "purchase_order": orders, "supplier": suppliers}


CASES = (
    SweepCase("hit: a tenth", _lines(200_000, 1_800_000), {"unit:7": "hit"},
              evidence={"unit:7": {"small_firm_total_fen": 200_000, "goods_total_fen": 2_000_000,
                                   "target_fen": 600_000, "amount_fen": 400_000}}),
    SweepCase("clear: half", _lines(1_000_000, 1_000_000), {"unit:7": "clear"}),
    SweepCase("boundary: exactly three tenths", _lines(600_000, 1_400_000), {"unit:7": "clear"}),
    SweepCase("boundary: one fen less", _lines(599_999, 1_400_001), {"unit:7": "hit"}),
    SweepCase("boundary: an order of exactly two million", _lines(1_000_000, 200_000_000), {"unit:7": "hit"}),
    SweepCase("exclusion: an order above two million", _lines(1_000_000, 200_000_001), {"unit:7": "clear"}),
    SweepCase("exclusion: services", _lines(1_000_000, 9_000_000, category_code="C23"), {"unit:7": "clear"}),
    SweepCase("exclusion: a cancelled order", _lines(1_000_000, 9_000_000, cancelled_day=ON_DAY), {"unit:7": "clear"}),
    SweepCase("hit: a region with a higher target", _lines(1_000_000, 1_000_000), {"unit:7": "hit"},
              regional={"share_percent": {410100: 60}}),
    SweepCase("not_computable: too few goods", _lines(0, 999_999), {"unit:7": "not_computable"}),
    SweepCase("boundary: just enough goods", _lines(0, 1_000_000), {"unit:7": "hit"}),
    CheckCase("hit: below the target with this order", {**_GIVEN, "small_firm_total_fen": 100_000}, "hit",
              facts={"goods_total_fen": 1_000_000, "target_fen": 300_000}, amount_fen=200_000),
    CheckCase("clear: this order is a small firm's",
              {**_GIVEN, "small_firm_total_fen": 100_000, "supplier_is_small_firm": 1}, "clear", amount_fen=0),
    CheckCase("boundary: exactly three tenths with this order", _GIVEN, "clear"),
    CheckCase("boundary: a fen less with this order", {**_GIVEN, "small_firm_total_fen": 299_999}, "hit"),
    CheckCase("exclusion: an order above two million at order time",
              {**_GIVEN, "order_amount_fen": 200_000_001, "small_firm_total_fen": 0}, "not_applicable"),
    CheckCase("exclusion: a service", {**_GIVEN, "category_code": "C23"}, "not_applicable"),
    CheckCase("not_computable: too few goods so far", {**_GIVEN, "goods_total_fen": 800_000}, "not_computable"),
)  # fmt: skip
