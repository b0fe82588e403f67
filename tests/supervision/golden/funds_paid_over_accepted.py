"""Golden cases of payments over what was accepted."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_ORDER = {
    "order_id": 1, "number": "DD-1", "unit_id": 7, "region_code": 410100, "supplier_id": 3, "accepted_day": 20_690,
    "accepted_fen": 1_000,
}  # fmt: skip
_SUBJECT = "order:1"
_GIVEN = {"accepted_day": 20_690, "accepted_fen": 1_000, "paid_before_fen": 600, "amount_fen": 300}


def _history(*amounts_fen: int, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "purchase_order": [{**_ORDER, **changed}],
        "payment": [
            {"unit_id": 7, "region_code": 410100, "supplier_id": 3, "order_id": 1, "accepted_day": 20_690,
             "day": 20_700 + index, "amount_fen": amount_fen, "voucher": f"V-{index}"}
            for index, amount_fen in enumerate(amounts_fen, start=1)
        ],
    }  # fmt: skip


CASES = (
    SweepCase("hit: two payments over what was accepted", _history(700, 400), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"paid_together_fen": 1_100, "accepted_fen": 1_000, "amount_fen": 100,
              "day": 20_702}},
              documents={_SUBJECT: ["V-1", "V-2"]}),
    SweepCase("clear: less than accepted", _history(700), {_SUBJECT: "clear"}),
    SweepCase("clear: the surplus was refunded", _history(700, 400, refunded_fen=100), {_SUBJECT: "clear"}),
    SweepCase("boundary: exactly what was accepted", _history(700, 300), {_SUBJECT: "clear"}),
    SweepCase("boundary: one fen more", _history(700, 301), {_SUBJECT: "hit"}),
    SweepCase("exclusion: not accepted yet", _history(700, accepted_day=0, accepted_fen=0),
              {_SUBJECT: "not_applicable"}),
    SweepCase("not_computable: order not known", {
        "payment": [{"unit_id": 7, "order_id": 9, "day": 20_700, "amount_fen": 5}]}, {"order:9": "not_computable"}),
    CheckCase("clear: a payment within what was accepted", _GIVEN, "clear", amount_fen=0),
    CheckCase("hit: a payment beyond what was accepted", {**_GIVEN, "amount_fen": 500}, "hit", amount_fen=100,
              facts={"paid_together_fen": 1_100}),
    CheckCase("boundary: a payment of all the rest", {**_GIVEN, "amount_fen": 400}, "clear"),
    CheckCase("boundary: a payment of one fen more", {**_GIVEN, "amount_fen": 401}, "hit", amount_fen=1),
    CheckCase("exclusion: a payment before acceptance", {**_GIVEN, "accepted_day": 0}, "not_applicable"),
    CheckCase("not_computable: earlier payments not known", {**_GIVEN, "paid_before_fen": None}, "not_computable"),
)  # fmt: skip
