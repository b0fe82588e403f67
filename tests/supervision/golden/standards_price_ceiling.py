"""Golden cases of the price ceiling of the asset standard."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_DAY = ON_DAY - 40
_GIVEN = {"asset_ceiling_fen": 500_000, "quantity": 2, "over_standard_is_approved": 0}


def _line(price_fen: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    line = {"line_id": 4, "number": "DD-1", "unit_id": 7, "category_code": "A02010105", "is_asset": 1, "quantity": 2}
    line |= {"submitted_day": _DAY, "asset_ceiling_fen": 500_000, "price_fen": price_fen}
    return {"order_line": [{**line, **changed}]}


def _approved(**changed: object) -> dict[str, list[dict[str, object]]]:
    approval = {"unit_id": 7, "kind": "over_standard", "category_code": "A0201", "from_day": _DAY, "until_day": _DAY}
    return {**_line(600_000), "approval": [{**approval, **changed}]}


CASES = (
    SweepCase("hit: dearer than the ceiling", _line(600_000), {"line:4": "hit"},
              evidence={"line:4": {"asset_ceiling_fen": 500_000, "amount_fen": 200_000, "document": "DD-1"}}),
    SweepCase("clear: cheaper", _line(400_000), {"line:4": "clear"}),
    SweepCase("boundary: exactly the ceiling", _line(500_000), {"line:4": "clear"}),
    SweepCase("boundary: one fen more", _line(500_001), {"line:4": "hit"}),
    SweepCase("clear: the ceiling of that day was higher", _line(600_000, asset_ceiling_fen=700_000),
              {"line:4": "clear"}),
    SweepCase("exclusion: approved", _approved(), {"line:4": "not_applicable"}),
    SweepCase("exclusion: an approval without an end", _approved(until_day=0), {"line:4": "not_applicable"}),
    SweepCase("boundary: an approval that ended the day before", _approved(from_day=_DAY - 9, until_day=_DAY - 1),
              {"line:4": "hit"}),
    SweepCase("boundary: an approval from the day after", _approved(from_day=_DAY + 1, until_day=0),
              {"line:4": "hit"}),
    SweepCase("hit: an approval of another category", _approved(category_code="A0202"), {"line:4": "hit"}),
    SweepCase("hit: an approval of another unit", _approved(unit_id=8), {"line:4": "hit"}),
    SweepCase("hit: an approval of another kind", _approved(kind="import"), {"line:4": "hit"}),
    SweepCase("exclusion: a cancelled order", _line(600_000, cancelled_day=_DAY), {}),
    SweepCase("clear: no asset and no ceiling is not looked at", _line(600_000, asset_ceiling_fen=0, is_asset=0), {}),
    SweepCase("not_computable: an asset without a ceiling", _line(600_000, asset_ceiling_fen=0),
              {"line:4": "not_computable"}),
    CheckCase("hit: dearer than the ceiling at order time", {**_GIVEN, "price_fen": 600_000}, "hit",
              facts={"asset_ceiling_fen": 500_000}, amount_fen=200_000),
    CheckCase("boundary: exactly the ceiling at order time", {**_GIVEN, "price_fen": 500_000}, "clear", amount_fen=0),
    CheckCase("boundary: one fen more at order time", {**_GIVEN, "price_fen": 500_001}, "hit"),
    CheckCase("exclusion: approved before the order",
              {**_GIVEN, "price_fen": 600_000, "over_standard_is_approved": 1}, "not_applicable"),
    CheckCase("not_computable: no ceiling known", {**_GIVEN, "price_fen": 600_000, "asset_ceiling_fen": None},
              "not_computable"),
)  # fmt: skip
