"""Golden cases of plan lines that should be procurement."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_LINE = {
    "plan_number": "JH-1", "unit_id": 7, "region_code": 410100, "year": 2026, "month": 12, "day": 20_780,
    "amount_fen": 3_000_000, "is_in_catalogue": 1, "category_code": "A02010105", "confidence": 90,
}  # fmt: skip
_SUBJECT = "plan_line:1"
_GIVEN = {
    "is_procurement": 0, "is_reason_given": 0, "category_code": "A02010105", "confidence": 90, "is_in_catalogue": 1,
    "amount_fen": 3_000_000,
}  # fmt: skip


def _line(**changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {"plan_line": [{**_LINE, **changed}]}


CASES = (
    SweepCase("hit: catalogue goods not marked", _line(), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"document": "JH-1", "confidence": 90, "amount_fen": 3_000_000}}),
    SweepCase("clear: small and outside the catalogue", _line(is_in_catalogue=0), {_SUBJECT: "clear"}),
    SweepCase("clear: surely wages", _line(category_code="", is_in_catalogue=0, amount_fen=300_000_000),
              {_SUBJECT: "clear"}),
    SweepCase("boundary: exactly the limit", _line(is_in_catalogue=0, amount_fen=100_000_000), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fen below the limit", _line(is_in_catalogue=0, amount_fen=99_999_999),
              {_SUBJECT: "clear"}),
    SweepCase("boundary: confidence of sixty", _line(confidence=60), {_SUBJECT: "hit"}),
    SweepCase("not_computable: confidence of fifty-nine", _line(confidence=59), {_SUBJECT: "not_computable"}),
    SweepCase("exclusion: marked as procurement", _line(is_procurement=1), {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: reason given", _line(is_reason_given=1), {_SUBJECT: "not_applicable"}),
    SweepCase("boundary: a plan of the first day looked back to", _line(day=20_786 - 399), {_SUBJECT: "hit"}),
    SweepCase("boundary: a plan of the day before", _line(day=20_786 - 400), {}),
    SweepCase("hit: a county's lower limit", _line(is_in_catalogue=0, amount_fen=30_000_000), {_SUBJECT: "hit"},
              regional={"limit_fen": {410100: 30_000_000}}),
    CheckCase("hit: catalogue goods in a plan", _GIVEN, "hit", amount_fen=3_000_000,
              facts={"category_code": "A02010105", "limit_fen": 100_000_000}),
    CheckCase("boundary: a line of exactly the limit", {**_GIVEN, "is_in_catalogue": 0, "amount_fen": 100_000_000},
              "hit"),
    CheckCase("boundary: a line of one fen less", {**_GIVEN, "is_in_catalogue": 0, "amount_fen": 99_999_999}, "clear"),
    CheckCase("clear: surely no procurement", {**_GIVEN, "category_code": "", "is_in_catalogue": 0}, "clear"),
    CheckCase("exclusion: a line marked as procurement", {**_GIVEN, "is_procurement": 1}, "not_applicable"),
    CheckCase("exclusion: a line with a reason", {**_GIVEN, "is_reason_given": 1}, "not_applicable"),
    CheckCase("boundary: a line read with a confidence of sixty", {**_GIVEN, "confidence": 60}, "hit"),
    CheckCase("not_computable: a line that could not be read", {**_GIVEN, "confidence": 0}, "not_computable"),
)  # fmt: skip
