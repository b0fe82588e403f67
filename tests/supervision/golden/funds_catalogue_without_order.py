"""Golden cases of spending inside the catalogue without an order."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_PAID = {
    "unit_id": 7, "region_code": 410100, "year": 2026, "day": 20_700, "amount_fen": 100_000, "payee_key": "p",
    "economic_code": "30201", "category_code": "A05040101", "confidence": 90, "is_in_catalogue": 1, "voucher": "V-1",
}  # fmt: skip
_SUBJECT = "payment:1"


def _paid(**changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {"payment": [{**_PAID, **changed}]}


def _ordered(total_fen: int, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {**_paid(order_id=5), "purchase_order": [{"order_id": 5, "total_fen": total_fen, **changed}]}


CASES = (
    SweepCase("hit: office supplies paid without an order", _paid(), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"ordered_fen": 0, "document": "V-1", "amount_fen": 100_000}}),
    SweepCase("hit: the order behind it was cancelled", _ordered(100_000, cancelled_day=20_690), {_SUBJECT: "hit"}),
    SweepCase("clear: an order covers it", _ordered(100_000), {_SUBJECT: "clear"}),
    SweepCase("clear: surely no procurement", _paid(category_code="", is_in_catalogue=0), {_SUBJECT: "clear"}),
    SweepCase("clear: outside the catalogue", _paid(is_in_catalogue=0), {_SUBJECT: "clear"}),
    SweepCase("clear: through the mall", _paid(is_mall=1), {}),
    SweepCase("boundary: an order over 99 hundredths", _ordered(99_000), {_SUBJECT: "clear"}),
    SweepCase("boundary: an order over one fen less", _ordered(98_999), {_SUBJECT: "hit"}),
    SweepCase("boundary: confidence of eighty", _paid(confidence=80), {_SUBJECT: "hit"}),
    SweepCase("boundary: confidence of seventy-nine", _paid(confidence=79), {_SUBJECT: "not_computable"}),
    SweepCase("boundary: the last day looked back to", _paid(day=20_786 - 365), {_SUBJECT: "hit"}),
    SweepCase("boundary: one day earlier", _paid(day=20_786 - 366), {}),
    SweepCase("exclusion: a recurring due", _paid(is_recurring=1), {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: procured elsewhere", _paid(is_procured_elsewhere=1), {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: petty", _paid(amount_fen=49_999), {_SUBJECT: "not_applicable"}),
    SweepCase("boundary: no longer petty", _paid(amount_fen=50_000), {_SUBJECT: "hit"}),
    SweepCase("hit: a region that tightened", _paid(amount_fen=30_000), {_SUBJECT: "hit"},
              regional={"least_fen": {410100: 20_000}}),
    SweepCase("not_computable: nothing could be read", _paid(category_code="", confidence=0, is_in_catalogue=0),
              {_SUBJECT: "not_computable"}),
)  # fmt: skip
