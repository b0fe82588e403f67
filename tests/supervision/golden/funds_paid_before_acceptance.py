"""Golden cases of payments before acceptance."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_SUBJECT = "order:1"
_GIVEN = {"accepted_day": 0, "prepayment_fen": 300, "paid_before_fen": 100, "amount_fen": 300}


def _history(*, accepted_day: int, prepayment_fen: int = 0, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    order = {"order_id": 1, "number": "DD-1", "supplier_id": 3, "accepted_day": accepted_day}
    paid = {
        "unit_id": 7, "region_code": 410100, "supplier_id": 3, "order_id": 1, "accepted_day": accepted_day,
        "day": 20_700, "amount_fen": 1_000, "voucher": "V-1",
    }  # fmt: skip
    return {"purchase_order": [{**order, "prepayment_fen": prepayment_fen}], "payment": [{**paid, **changed}]}


CASES = (
    SweepCase("hit: nothing accepted so far", _history(accepted_day=0), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"paid_early_fen": 1_000, "amount_fen": 1_000, "document": "DD-1"}},
              documents={_SUBJECT: ["V-1"]}),
    SweepCase("hit: accepted later", _history(accepted_day=20_720), {_SUBJECT: "hit"}),
    SweepCase("clear: accepted before", _history(accepted_day=20_690), {_SUBJECT: "clear"}),
    SweepCase("boundary: paid on the day of acceptance", _history(accepted_day=20_700), {_SUBJECT: "clear"}),
    SweepCase("boundary: paid one day before", _history(accepted_day=20_701), {_SUBJECT: "hit"}),
    SweepCase("exclusion: exactly the prepayment", _history(accepted_day=0, prepayment_fen=1_000), {_SUBJECT: "clear"}),
    SweepCase("boundary: one fen beyond the prepayment", _history(accepted_day=0, prepayment_fen=999),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"amount_fen": 1}}),
    SweepCase("not_computable: order not known", _history(accepted_day=0, order_id=9), {"order:9": "not_computable"}),
    CheckCase("hit: a payment beyond the prepayment", _GIVEN, "hit", amount_fen=100,
              facts={"paid_early_fen": 400, "prepayment_fen": 300}),
    CheckCase("clear: a payment after acceptance", {**_GIVEN, "accepted_day": 20_700}, "clear", amount_fen=0),
    CheckCase("exclusion: a payment of exactly the prepayment", {**_GIVEN, "amount_fen": 200}, "clear"),
    CheckCase("boundary: a payment of one fen more", {**_GIVEN, "amount_fen": 201}, "hit", amount_fen=1),
    CheckCase("not_computable: contract not known", {**_GIVEN, "prepayment_fen": None}, "not_computable"),
)  # fmt: skip
