"""Golden cases of duplicate payments."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_PAID = {"unit_id": 7, "region_code": 410100, "day": 20_700, "amount_fen": 1_000, "payee_key": "p"}
_INVOICED = {**_PAID, "invoice_number": "F-1"}
_BOTH = ("payment:1", "payment:2")
_GIVEN = {
    "is_recurring": 0, "amount_fen": 400, "invoice_fen": 1_000, "invoice_paid_fen": 600, "alike_of_order_count": 0,
    "alike_outside_count": 0, "paid_before_fen": 600, "accepted_fen": 1_000,
}  # fmt: skip


def _paid(*rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"payment": [{"voucher": f"V-{index}", **row} for index, row in enumerate(rows, start=1)]}


def _outcomes(first: str, second: str) -> dict[str, str]:
    return dict(zip(_BOTH, (first, second), strict=True))


CASES = (
    SweepCase("hit: one amount twice without an order", _paid(_PAID, {**_PAID, "day": 20_710}),
              _outcomes("clear", "hit"),
              evidence={"payment:2": {"earlier_day": 20_700, "document": "V-2", "amount_fen": 1_000}}),
    SweepCase("hit: twice on one day", _paid(_PAID, _PAID), _outcomes("clear", "hit")),
    SweepCase("hit: beside the mall, then for an order", _paid(
        _PAID, {**_PAID, "day": 20_710, "order_id": 5, "accepted_fen": 1_000}), _outcomes("clear", "hit")),
    SweepCase("hit: twice for one order", _paid(
        {**_PAID, "order_id": 5, "accepted_fen": 1_000},
        {**_PAID, "day": 20_710, "order_id": 5, "accepted_fen": 1_000}),
        _outcomes("clear", "hit")),
    SweepCase("hit: one invoice beyond its total", _paid(
        {**_INVOICED, "invoice_fen": 1_500}, {**_INVOICED, "amount_fen": 600, "day": 20_780, "invoice_fen": 1_500}),
        _outcomes("clear", "hit"), evidence={"payment:2": {"invoice_paid_fen": 1_600, "invoice_number": "F-1"}}),
    SweepCase("hit: one invoice of unknown total twice", _paid(_INVOICED, {**_INVOICED, "day": 20_780}),
              _outcomes("clear", "hit")),
    SweepCase("clear: one invoice of unknown total in two parts", _paid(
        _INVOICED, {**_INVOICED, "day": 20_780, "amount_fen": 400}), _outcomes("clear", "clear")),
    SweepCase("boundary: one invoice up to its total", _paid(
        {**_INVOICED, "invoice_fen": 1_500}, {**_INVOICED, "amount_fen": 500, "day": 20_780, "invoice_fen": 1_500}),
        _outcomes("clear", "clear")),
    SweepCase("clear: other payees", _paid(_PAID, {**_PAID, "payee_key": "q"}), _outcomes("clear", "clear")),
    SweepCase("clear: other units", _paid(_PAID, {**_PAID, "unit_id": 8}), _outcomes("clear", "clear")),
    SweepCase("clear: other amounts", _paid(_PAID, {**_PAID, "amount_fen": 1_001}), _outcomes("clear", "clear")),
    SweepCase("boundary: thirty days between", _paid(_PAID, {**_PAID, "day": 20_730}), _outcomes("clear", "hit")),
    SweepCase("boundary: thirty-one days between", _paid(_PAID, {**_PAID, "day": 20_731}), _outcomes("clear", "clear")),
    SweepCase("exclusion: recurring dues", _paid(
        {**_PAID, "is_recurring": 1}, {**_PAID, "is_recurring": 1, "day": 20_730}), {}),
    SweepCase("exclusion: each has its order", _paid(
        {**_PAID, "order_id": 5, "accepted_fen": 1_000}, {**_PAID, "order_id": 6, "accepted_fen": 1_000}),
        _outcomes("clear", "clear")),
    SweepCase("exclusion: instalments of one order", _paid(
        {**_PAID, "order_id": 5, "accepted_fen": 2_000}, {**_PAID, "order_id": 5, "accepted_fen": 2_000}),
        _outcomes("clear", "clear")),
    SweepCase("not_computable: payee not known", _paid({**_PAID, "payee_key": ""}), {"payment:1": "not_computable"}),
    CheckCase("clear: the rest of an invoice", _GIVEN, "clear"),
    CheckCase("boundary: a payment of one fen beyond the invoice", {**_GIVEN, "amount_fen": 401, "accepted_fen": 2_000},
              "hit", facts={"invoice_paid_fen": 1_001}, amount_fen=401),
    CheckCase("hit: a payment of one amount again for the order",
              {**_GIVEN, "invoice_fen": 0, "alike_of_order_count": 1, "accepted_fen": 900}, "hit"),
    CheckCase("hit: a payment after one without an order", {**_GIVEN, "alike_outside_count": 1}, "hit"),
    CheckCase("exclusion: a payment of a second instalment", {**_GIVEN, "alike_of_order_count": 1}, "clear"),
    CheckCase("exclusion: a payment of a recurring due", {**_GIVEN, "is_recurring": 1, "alike_outside_count": 1},
              "not_applicable"),
    CheckCase("not_computable: earlier payments not known", {**_GIVEN, "alike_outside_count": None}, "not_computable"),
)  # fmt: skip
