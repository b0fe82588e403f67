"""Golden cases of short windows."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_SUBJECT = "sourcing:X-1"
_APPROVAL = {"unit_id": 7, "kind": "urgent", "category_code": "A020101", "from_day": ON_DAY - 10}


def _rows(open_hours: int, *approvals: dict[str, object], **changed: object) -> dict[str, list[dict[str, object]]]:
    sourcing = {"sourcing_number": "X-1", "unit_id": 7, "region_code": 410100, "category_code": "A02010105",
                "opened_day": ON_DAY - 5, "open_hours": open_hours, "budget_fen": 3_000_000, **changed}  # fmt: skip
    return {"sourcing": [sourcing], "approval": list(approvals)}


CASES = (
    SweepCase("hit: four hours", _rows(4), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"open_hours": 4, "hours_min": 24, "amount_fen": 3_000_000, "document": "X-1"}}),
    SweepCase("clear: a week", _rows(40), {_SUBJECT: "clear"}),
    SweepCase("boundary: 24 hours", _rows(24), {_SUBJECT: "clear"}),
    SweepCase("boundary: 23 hours", _rows(23), {_SUBJECT: "hit"}),
    SweepCase("exclusion: approved urgency", _rows(4, _APPROVAL), {_SUBJECT: "not_applicable"}),
    SweepCase("hit: an approval that has ended", _rows(4, {**_APPROVAL, "until_day": ON_DAY - 1}), {_SUBJECT: "hit"}),
    SweepCase("hit: an approval of something else", _rows(4, {**_APPROVAL, "kind": "split"}), {_SUBJECT: "hit"}),
    SweepCase("boundary: opened 90 days ago", _rows(4, opened_day=ON_DAY - 90), {}),
    SweepCase("hit: a city that asks for more", _rows(30), {_SUBJECT: "hit"}, regional={"hours_min": {410100: 40}}),
    SweepCase("not_computable: no hours known", _rows(0), {_SUBJECT: "not_computable"}),
    CheckCase("hit: a day before the close", {"open_hours": 8, "urgent_is_approved": 0, "budget_fen": 900}, "hit",
              facts={"open_hours": 8, "hours_min": 24}, amount_fen=900),
    CheckCase("boundary: 24 hours at opening", {"open_hours": 24, "urgent_is_approved": 0}, "clear"),
    CheckCase("exclusion: approved urgency at opening", {"open_hours": 2, "urgent_is_approved": 1}, "not_applicable"),
    CheckCase("not_computable: no hours at opening", {"urgent_is_approved": 0}, "not_computable"),
)  # fmt: skip
