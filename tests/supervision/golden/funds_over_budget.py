"""Golden cases of orders without budget or beyond it."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_LINE = {
    "unit_id": 7, "region_code": 410100, "year": 2026, "project": "P1", "appropriation_fen": 1_000,
    "available_fen": 400,
    "reserved_fen": 100, "committed_fen": 100, "accrued_fen": 100, "in_payment_fen": 100, "paid_fen": 100,
    "set_aside_fen": 100,
}  # fmt: skip
_SUBJECT = "budget_line:1"
_GIVEN = {"has_budget_line": 1, "budget_available_fen": 500, "budget_charged_fen": 400, "amount_fen": 300}


def _line(**changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {"budget_line": [{**_LINE, **changed}]}


CASES = (
    SweepCase("clear: the parts add up", _line(), {_SUBJECT: "clear"}),
    SweepCase("hit: more went from it than it had", _line(paid_fen=700), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"used_fen": 1_100, "appropriation_fen": 1_000, "amount_fen": 100}}),
    SweepCase("hit: available money is negative", _line(available_fen=-1), {_SUBJECT: "hit"}),
    SweepCase("boundary: all of it went", _line(available_fen=0, set_aside_fen=0, paid_fen=600), {_SUBJECT: "clear"}),
    SweepCase("boundary: one fen more", _line(available_fen=0, set_aside_fen=0, paid_fen=601), {_SUBJECT: "hit"}),
    SweepCase("clear: an older year is not looked at", {"budget_line": [
        {**_LINE, "year": 2024, "paid_fen": 9_000}, {**_LINE, "year": 2026}]}, {"budget_line:2": "clear"}),
    SweepCase("not_computable: the parts do not add up", _line(available_fen=399), {_SUBJECT: "not_computable"}),
    CheckCase("clear: within what is available", _GIVEN, "clear"),
    CheckCase("hit: more than is available", {**_GIVEN, "budget_charged_fen": 600}, "hit", amount_fen=100,
              facts={"budget_available_fen": 500, "budget_charged_fen": 600}),
    CheckCase("hit: no budget line", {**_GIVEN, "has_budget_line": 0, "budget_available_fen": None}, "hit",
              amount_fen=300),
    CheckCase("boundary: exactly what is available", {**_GIVEN, "budget_charged_fen": 500}, "clear"),
    CheckCase("boundary: an order of one fen more", {**_GIVEN, "budget_charged_fen": 501}, "hit", amount_fen=1),
    CheckCase("not_computable: balance not known", {**_GIVEN, "budget_available_fen": None}, "not_computable"),
)  # fmt: skip
