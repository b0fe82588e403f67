"""Golden cases of categories outside the budget."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import CheckCase, SweepCase

_LINE = {
    "number": "DD-1", "unit_id": 7, "region_code": 410100, "year": 2026, "project": "P1", "budget_line_id": 1,
    "submitted_day": 20_700, "amount_fen": 500_000,
}  # fmt: skip
_ITEM = {"unit_id": 7, "region_code": 410100, "year": 2026, "project": "P1"}
_SUBJECT = "order_line:1"


def _history(category_code: str, *scope: str, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "order_line": [{**_LINE, "category_code": category_code, **changed}],
        "budget_line": [_ITEM],
        "budget_scope": [{**_ITEM, "budget_line_id": 1, "category_code": code} for code in scope],
    }


CASES = (
    SweepCase("hit: a desk from the money for computers", _history("A05010201", "A02010100"), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"project": "P1", "document": "DD-1", "amount_fen": 500_000}}),
    SweepCase("hit: the category of another unit's item", {
        **_history("A05010201", "A0504"),
        "budget_scope": [{**_ITEM, "unit_id": 8, "budget_line_id": 1, "category_code": "A0501"}]}, {_SUBJECT: "hit"}),
    SweepCase("clear: below the budget's category", _history("A05010201", "A05010200"), {_SUBJECT: "clear"}),
    SweepCase("clear: below a whole branch", _history("A05010201", "A05000000"), {_SUBJECT: "clear"}),
    SweepCase("clear: below one of two", _history("A05040101", "A0201", "A0504"), {_SUBJECT: "clear"}),
    SweepCase("clear: another line of the item grants it", {
        "order_line": [{**_LINE, "category_code": "A05040101"}],
        "budget_line": [_ITEM, _ITEM],
        "budget_scope": [{**_ITEM, "budget_line_id": 1, "category_code": "A0201"},
                         {**_ITEM, "budget_line_id": 2, "category_code": "A0504"}]}, {_SUBJECT: "clear"}),
    SweepCase("boundary: five letters agree", _history("A05010299", "A05010101"), {_SUBJECT: "clear"}),
    SweepCase("boundary: four letters agree", _history("A05020101", "A05010101"), {_SUBJECT: "hit"}),
    SweepCase("boundary: seven letters agree among computers", _history("A02010199", "A02010105"), {_SUBJECT: "clear"}),
    SweepCase("boundary: only five agree among computers", _history("A02010201", "A02010105"), {_SUBJECT: "hit"}),
    SweepCase("boundary: all computers are granted", _history("A02010201", "A02010000"), {_SUBJECT: "clear"}),
    SweepCase("exclusion: not tied to categories", _history("A05010201"), {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: a cancelled order", _history("A05010201", "A0201", cancelled_day=20_701), {}),
    SweepCase("not_computable: budget not known", {"order_line": [{**_LINE, "category_code": "A05010201"}]},
              {_SUBJECT: "not_computable"}),
    CheckCase("hit: an order outside the budget",
              {"category_code": "A05010201", "budget_categories": ["A02010100"], "amount_fen": 5}, "hit", amount_fen=5,
              facts={"budget_categories": "A02010100"}),
    CheckCase("clear: an order below a whole branch",
              {"category_code": "A05010201", "budget_categories": ["A05000000"], "amount_fen": 5}, "clear"),
    CheckCase("boundary: an order of seven equal letters among computers",
              {"category_code": "A02010199", "budget_categories": ["A02010105"], "amount_fen": 5}, "clear"),
    CheckCase("boundary: an order of five equal letters among computers",
              {"category_code": "A02010201", "budget_categories": ["A02010105"], "amount_fen": 5}, "hit"),
    CheckCase("exclusion: an order from an item without categories",
              {"category_code": "A02010201", "budget_categories": [], "amount_fen": 5}, "clear"),
    CheckCase("not_computable: no budget known", {"category_code": "A02010201", "amount_fen": 5}, "not_computable"),
)  # fmt: skip
