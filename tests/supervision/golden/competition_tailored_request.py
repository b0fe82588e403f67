"""Golden cases of tailored requests."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_SUBJECT = "sourcing:X-1"
_APPROVAL = {"unit_id": 7, "kind": "single_source", "category_code": "A020101", "from_day": ON_DAY - 10}


def _rows(matching: int, of_class: int, *approvals: dict[str, object],
          **changed: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    sourcing = {"sourcing_number": "X-1", "unit_id": 7, "region_code": 410100, "category_code": "A02010105",
                "opened_day": ON_DAY - 5, "matching_products": matching, "class_products": of_class,
                "budget_fen": 3_000_000, **changed}  # fmt: skip
    return {"sourcing": [sourcing], "approval": list(approvals)}


def _given(names_brand: int | None, matching: int | None, of_class: int | None, approved: int = 0) -> dict[str, object]:
    return {"names_brand": names_brand, "matching_products": matching, "class_products": of_class,
            "single_source_is_approved": approved, "budget_fen": 800}  # fmt: skip


CASES = (
    SweepCase("hit: one product of forty", _rows(1, 40), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"matching_products": 1, "class_products": 40, "amount_fen": 3_000_000}}),
    SweepCase("hit: a brand is named", _rows(0, 0, names_brand=1), {_SUBJECT: "hit"}),
    SweepCase("clear: a dozen products", _rows(12, 40), {_SUBJECT: "clear"}),
    SweepCase("boundary: two products", _rows(2, 40), {_SUBJECT: "clear"}),
    SweepCase("boundary: a class of ten", _rows(1, 10), {_SUBJECT: "hit"}),
    SweepCase("boundary: a class of nine", _rows(1, 9), {_SUBJECT: "not_computable"}),
    SweepCase("exclusion: an approved single source", _rows(1, 40, _APPROVAL, names_brand=1),
              {_SUBJECT: "not_applicable"}),
    SweepCase("hit: the approval is of another class", _rows(1, 40, {**_APPROVAL, "category_code": "A020202"}),
              {_SUBJECT: "hit"}),
    SweepCase("boundary: opened 90 days ago", _rows(1, 40, opened_day=ON_DAY - 90), {}),
    SweepCase("not_computable: nobody counted", _rows(0, 40), {_SUBJECT: "not_computable"}),
    CheckCase("hit: one product of forty at opening", _given(0, 1, 40), "hit", amount_fen=800,
              facts={"matching_products": 1}),
    CheckCase("hit: a brand is named at opening", _given(1, None, None), "hit", facts={"names_brand": 1}),
    CheckCase("clear: a dozen products at opening", _given(0, 12, 40), "clear"),
    CheckCase("boundary: a class of nine at opening", _given(0, 1, 9), "not_computable"),
    CheckCase("exclusion: an approved single source at opening", _given(1, 1, 40, 1), "not_applicable"),
    CheckCase("not_computable: nobody counted at opening", _given(0, None, 40), "not_computable"),
)  # fmt: skip
