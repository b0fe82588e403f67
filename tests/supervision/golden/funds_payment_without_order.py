"""Golden cases of payments to mall suppliers without an order."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_PAID = {
    "unit_id": 7, "region_code": 410100, "day": 20_700, "amount_fen": 1_000_000, "supplier_id": 3, "payee_key": "p",
    "voucher": "V-1", "invoice_number": "F-1",
}  # fmt: skip
_ORDER = {"unit_id": 7, "supplier_id": 3, "total_fen": 1_000_000, "submitted_day": 20_690}
_SUPPLIER = {"supplier_id": 3, "admitted_day": 20_000}
_SUBJECT = "payment:1"


def _history(*orders: dict[str, Any], **changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {"payment": [{**_PAID, **changed}], "purchase_order": list(orders), "supplier": [_SUPPLIER]}


CASES = (
    SweepCase("hit: no order at all", _history(), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"supplier_id": 3, "admitted_day": 20_000, "document": "V-1",
              "invoice_number": "F-1"}}),
    SweepCase("hit: an order with another supplier", _history({**_ORDER, "supplier_id": 4}), {_SUBJECT: "hit"}),
    SweepCase("hit: an order of another unit", _history({**_ORDER, "unit_id": 8}), {_SUBJECT: "hit"}),
    SweepCase("hit: a cancelled order", _history({**_ORDER, "cancelled_day": 20_691}), {_SUBJECT: "hit"}),
    SweepCase("clear: an order fits", _history(_ORDER), {_SUBJECT: "clear"}),
    SweepCase("clear: two orders fit", _history(_ORDER, {**_ORDER, "submitted_day": 20_695}), {_SUBJECT: "clear"}),
    SweepCase("clear: the payee is no supplier of the mall", _history(supplier_id=0), {}),
    SweepCase("clear: tied to an order", _history(order_id=1), {}),
    SweepCase("boundary: an order of one hundredth more", _history({**_ORDER, "total_fen": 1_010_000}),
              {_SUBJECT: "clear"}),
    SweepCase("boundary: an order of one fen more", _history({**_ORDER, "total_fen": 1_010_001}), {_SUBJECT: "hit"}),
    SweepCase("boundary: an order 120 days before", _history({**_ORDER, "submitted_day": 20_580}), {_SUBJECT: "clear"}),
    SweepCase("boundary: an order 121 days before", _history({**_ORDER, "submitted_day": 20_579}), {_SUBJECT: "hit"}),
    SweepCase("boundary: an order five days after", _history({**_ORDER, "submitted_day": 20_705}), {_SUBJECT: "clear"}),
    SweepCase("boundary: an order six days after", _history({**_ORDER, "submitted_day": 20_706}), {_SUBJECT: "hit"}),
    SweepCase("exclusion: a recurring due", _history(is_recurring=1), {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: procured elsewhere", _history(is_procured_elsewhere=1), {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: before the supplier was admitted", {
        "payment": [_PAID], "supplier": [{**_SUPPLIER, "admitted_day": 20_701}]}, {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: before the region went live", _history(), {_SUBJECT: "not_applicable"},
              regional={"go_live_day": {410100: 20_701}}),
    SweepCase("boundary: on the day the region went live", _history(), {_SUBJECT: "hit"},
              regional={"go_live_day": {410100: 20_700}}),
    SweepCase("not_computable: payee not known", _history(supplier_id=0, payee_key=""), {_SUBJECT: "not_computable"}),
)  # fmt: skip
