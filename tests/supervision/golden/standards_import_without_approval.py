"""Golden cases of imports without approval."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_DAY = ON_DAY - 40


def _lines(*pieces: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    """Imports of one unit on days one after the other."""
    usual = {"unit_id": 7, "category_code": "A02010105", "is_import": 1}
    rows = [
        {**usual, "number": f"DD-{index}", "quantity": quantity, "amount_fen": 100, "submitted_day": _DAY + index}
        for index, quantity in enumerate(pieces, start=1)
    ]
    return {"order_line": [{**row, **changed} for row in rows]}


def _approved(*pieces: int, quantity: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    approval = {"unit_id": 7, "kind": "import", "category_code": "A0201", "from_day": _DAY, "quantity": quantity}
    return {**_lines(*pieces), "approval": [{**approval, **changed}]}


CASES = (
    SweepCase("hit: no approval", _lines(3), {"line:1": "hit"},
              evidence={"line:1": {"quantity": 3, "document": "DD-1", "amount_fen": 100}}),
    SweepCase("clear: approved for any number", _approved(3, 90, quantity=0), {"line:1": "clear", "line:2": "clear"}),
    SweepCase("boundary: as many as approved", _approved(3, 2, quantity=5), {"line:1": "clear", "line:2": "clear"}),
    SweepCase("boundary: one piece more", _approved(3, 3, quantity=5), {"line:1": "clear", "line:2": "hit"}),
    SweepCase("boundary: the last day of the approval", _approved(3, 2, quantity=0, until_day=_DAY + 1),
              {"line:1": "clear", "line:2": "hit"}),
    SweepCase("hit: approved for another category", _approved(3, quantity=0, category_code="A0202"),
              {"line:1": "hit"}),
    SweepCase("hit: approved for another unit", _approved(3, quantity=0, unit_id=8), {"line:1": "hit"}),
    SweepCase("exclusion: domestic goods", _lines(3, is_import=0), {}),
    SweepCase("exclusion: a cancelled order", _lines(3, cancelled_day=_DAY + 2), {}),
    SweepCase("not_computable: a line without a category", _lines(3, category_code=""), {"line:1": "not_computable"}),
    CheckCase("hit: no approval at order time",
              {"is_import": 1, "import_is_approved": 0, "quantity": 3, "amount_fen": 100}, "hit",
              facts={"quantity": 3}, amount_fen=100),
    CheckCase("clear: approved", {"is_import": 1, "import_is_approved": 1, "quantity": 3, "amount_fen": 100}, "clear",
              amount_fen=0),
    CheckCase("exclusion: domestic goods at order time", {"is_import": 0, "quantity": 3, "amount_fen": 100},
              "not_applicable"),
    CheckCase("not_computable: the approvals were not asked", {"is_import": 1, "quantity": 3, "amount_fen": 100},
              "not_computable"),
)  # fmt: skip
