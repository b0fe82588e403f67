"""Golden cases of payees that are not the supplier."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_PAID = {
    "unit_id": 7, "region_code": 410100, "day": 20_700, "amount_fen": 1_000_000, "supplier_id": 3, "payee_key": "p",
    "is_registered_account": 1, "order_id": 1, "voucher": "V-1",
}  # fmt: skip
_SUBJECT = "payment:1"
_GIVEN = {
    "supplier_id": 3, "payee_supplier_id": 3, "is_registered_account": 1, "is_payee_approved": 0,
    "amount_fen": 1_000_000,
}  # fmt: skip


def _history(**changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {"payment": [{**_PAID, **changed}], "purchase_order": [{"order_id": 1, "supplier_id": 3}]}


CASES = (
    SweepCase("clear: the supplier's registered account", _history(), {_SUBJECT: "clear"}),
    SweepCase("hit: another supplier", _history(supplier_id=4), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"order_supplier_id": 3, "supplier_id": 3, "amount_fen": 1_000_000}}),
    SweepCase("hit: nobody known to the mall", _history(supplier_id=0), {_SUBJECT: "hit"}),
    SweepCase("hit: an account that he did not register", _history(is_registered_account=0), {_SUBJECT: "hit"}),
    SweepCase("clear: without an order", _history(order_id=0, supplier_id=4), {}),
    SweepCase("boundary: the last day looked back to", _history(supplier_id=4, day=20_786 - 365), {_SUBJECT: "hit"}),
    SweepCase("boundary: one day earlier", _history(supplier_id=4, day=20_786 - 366), {}),
    SweepCase("exclusion: change of the payee approved", _history(supplier_id=4, is_payee_approved=1),
              {_SUBJECT: "not_applicable"}),
    SweepCase("not_computable: payee not known", _history(payee_key=""), {_SUBJECT: "not_computable"}),
    SweepCase("not_computable: order not known", _history(order_id=9), {_SUBJECT: "not_computable"}),
    CheckCase("clear: payment to the supplier", _GIVEN, "clear"),
    CheckCase("hit: payment to another", {**_GIVEN, "payee_supplier_id": 0}, "hit", amount_fen=1_000_000,
              facts={"order_supplier_id": 3, "payee_supplier_id": 0}),
    CheckCase("hit: payment to an account not registered", {**_GIVEN, "is_registered_account": 0}, "hit"),
    CheckCase("exclusion: payment to an approved assignee", {**_GIVEN, "payee_supplier_id": 4, "is_payee_approved": 1},
              "not_applicable"),
    CheckCase("not_computable: account not looked up", {**_GIVEN, "payee_supplier_id": None}, "not_computable"),
)  # fmt: skip
