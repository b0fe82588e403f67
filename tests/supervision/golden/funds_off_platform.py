"""Golden cases of deals beside the mall."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_PARTIES = {"unit_id": 7, "region_code": 410100, "supplier_id": 3}
_PAID = {**_PARTIES, "day": 20_750, "amount_fen": 1_000_000, "payee_key": "p", "voucher": "V-1"}
_CANCELLED = {**_PARTIES, "number": "DD-1", "total_fen": 1_000_000, "submitted_day": 20_715, "cancelled_day": 20_720}
_CARD = {"unit_id": 7, "value_fen": 1_000_000, "day": 20_760}
_QUOTE = {**_PARTIES, "sourcing_number": "XJ-1", "closed_day": 20_720, "price_fen": 1_000_000, "is_valid": 1}
_SUBJECT = "unit:7:supplier:3"


def _history(**tables: Any) -> dict[str, list[dict[str, Any]]]:
    return {name: [rows] if isinstance(rows, dict) else list(rows) for name, rows in tables.items()}


CASES = (
    SweepCase("hit: cancelled, then paid beside the mall", _history(purchase_order=_CANCELLED, payment=_PAID),
              {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"signs": 2, "has_payment": 1, "has_attempt": 1, "has_card": 0,
              "amount_fen": 1_000_000}},
              documents={_SUBJECT: ["V-1"]}),
    SweepCase("hit: all three signs", _history(purchase_order=_CANCELLED, payment=_PAID, asset_card=_CARD),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"signs": 3, "amount_fen": 1_000_000}},
              documents={_SUBJECT: ["DD-1", "V-1"]}),
    SweepCase("hit: a failed quotation, then paid", _history(
        sourcing={"sourcing_number": "XJ-1", "state": "failed"}, quote=_QUOTE, payment=_PAID), {_SUBJECT: "hit"}),
    SweepCase("hit: paid, and a card without an order", _history(payment=_PAID, asset_card=_CARD), {_SUBJECT: "hit"}),
    SweepCase("hit: cancelled, and a card without an order", _history(purchase_order=_CANCELLED, asset_card=_CARD),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"has_payment": 0, "amount_fen": 1_000_000}}),
    SweepCase("clear: only a payment", _history(payment=_PAID), {_SUBJECT: "clear"}),
    SweepCase("clear: only a cancelled order", _history(purchase_order=_CANCELLED), {_SUBJECT: "clear"}),
    SweepCase("clear: two signs that do not belong together", _history(
        purchase_order={**_CANCELLED, "total_fen": 5_000_000}, payment=_PAID), {_SUBJECT: "clear"}),
    SweepCase("clear: the quotation was awarded", _history(
        sourcing={"sourcing_number": "XJ-1", "state": "awarded"}, quote=_QUOTE, payment=_PAID), {_SUBJECT: "clear"}),
    SweepCase("clear: the card has an order", _history(payment=_PAID, asset_card={**_CARD, "order_id": 9}),
              {_SUBJECT: "clear"}),
    SweepCase("boundary: sixty days between", _history(
        purchase_order={**_CANCELLED, "cancelled_day": 20_690}, payment=_PAID), {_SUBJECT: "hit"}),
    SweepCase("boundary: sixty-one days between", _history(
        purchase_order={**_CANCELLED, "cancelled_day": 20_689}, payment=_PAID), {_SUBJECT: "clear"}),
    SweepCase("boundary: fifteen hundredths apart", _history(
        purchase_order={**_CANCELLED, "total_fen": 1_150_000}, payment=_PAID), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fen more apart", _history(
        purchase_order={**_CANCELLED, "total_fen": 1_150_001}, payment=_PAID), {_SUBJECT: "clear"}),
    SweepCase("exclusion: placed again", _history(
        purchase_order=[_CANCELLED, {**_CANCELLED, "number": "DD-2", "submitted_day": 20_722, "cancelled_day": 0}],
        payment=_PAID), {}),
    SweepCase("exclusion: recurring dues", _history(purchase_order=_CANCELLED, payment={**_PAID, "is_recurring": 1}),
              {_SUBJECT: "clear"}),
    SweepCase("exclusion: procured elsewhere", _history(
        purchase_order=_CANCELLED, payment={**_PAID, "is_procured_elsewhere": 1}), {_SUBJECT: "clear"}),
    SweepCase("not_computable: payee not known", _history(payment={**_PAID, "supplier_id": 0, "payee_key": ""}),
              {"unit:7:supplier:0": "not_computable"}),
)  # fmt: skip
