"""Golden cases of replacements before the years are up."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_DAY = ON_DAY - 10
_GIVEN = {"on_day": _DAY, "minimum_years": 6, "amount_fen": 400_000, "scrap_is_approved": 0}


def _card(served_days: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    card = {"card_id": 3, "unit_id": 7, "order_id": 2, "category_code": "A02010105", "value_fen": 400_000, "day": _DAY}
    card |= {"minimum_years": 6, "replaces_day": _DAY - served_days}
    return {"asset_card": [{**card, **changed}], "order_line": [{"order_id": 2, "number": "DD-2", "supplier_id": 8}]}


def _approved(day: int) -> dict[str, list[dict[str, object]]]:
    approval = {"unit_id": 7, "kind": "scrap", "category_code": "A02010105", "from_day": day}
    return {**_card(400), "approval": [approval]}


CASES = (
    SweepCase("hit: replaced after a year", _card(400), {"card:3": "hit"},
              evidence={"card:3": {"served_days": 400, "minimum_days": 2_190, "minimum_years": 6,
                                   "amount_fen": 400_000, "document": "DD-2", "supplier_id": 8}}),
    SweepCase("clear: after eight years", _card(2_920), {"card:3": "clear"}),
    SweepCase("boundary: exactly six years", _card(2_190), {"card:3": "clear"}),
    SweepCase("boundary: one day less", _card(2_189), {"card:3": "hit"}),
    SweepCase("exclusion: the scrapping was approved", _card(400, is_scrapped=1), {"card:3": "not_applicable"}),
    SweepCase("exclusion: an approval of the unit", _approved(_DAY), {"card:3": "not_applicable"}),
    SweepCase("boundary: an approval of the day after", _approved(_DAY + 1), {"card:3": "hit"}),
    SweepCase("exclusion: it replaces nothing", _card(400, replaces_day=0), {}),
    SweepCase("not_computable: no years known", _card(400, minimum_years=0), {"card:3": "not_computable"}),
    CheckCase("hit: after a year", {**_GIVEN, "replaces_day": _DAY - 400}, "hit",
              facts={"served_days": 400, "minimum_days": 2_190}, amount_fen=400_000),
    CheckCase("boundary: exactly six years at order time", {**_GIVEN, "replaces_day": _DAY - 2_190}, "clear",
              amount_fen=0),
    CheckCase("boundary: a day less at order time", {**_GIVEN, "replaces_day": _DAY - 2_189}, "hit"),
    CheckCase("exclusion: scrapping approved before the order",
              {**_GIVEN, "replaces_day": _DAY - 400, "scrap_is_approved": 1}, "not_applicable"),
    CheckCase("exclusion: the line replaces nothing", {**_GIVEN, "replaces_day": 0}, "not_applicable"),
    CheckCase("not_computable: no standard", {**_GIVEN, "replaces_day": _DAY - 400, "minimum_years": 0},
              "not_computable"),
)  # fmt: skip
