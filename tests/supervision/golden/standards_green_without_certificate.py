"""Golden cases of compulsory green goods."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_GIVEN = {"on_day": 20_700, "is_green_required": 1, "certificate_number": "CQC-1", "price_fen": 500, "quantity": 2}


def _listing(until_day: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    listing = {"listing_id": 3, "supplier_id": 8, "state": "on_shelf", "category_code": "A02010105"}
    listing |= {"is_green_required": 1, "certificate_number": "CQC-1", "certificate_until_day": until_day}
    line = {"listing_id": 3, "amount_fen": 100}
    days = [ON_DAY - 9, ON_DAY - 2]
    lines = [{**line, "number": f"DD-{one}", "submitted_day": day} for one, day in enumerate(days, start=1)]
    lines.append({**line, "number": "DD-3", "submitted_day": ON_DAY - 2, "cancelled_day": ON_DAY})
    return {"listing": [{**listing, **changed}], "order_line": lines}


CASES = (
    SweepCase("hit: run out five days ago", _listing(ON_DAY - 5), {"listing:3": "hit"},
              evidence={"listing:3": {"amount_fen": 100, "certificate_until_day": ON_DAY - 5}},
              documents={"listing:3": ["DD-2"]}),
    SweepCase("hit: no certificate at all", _listing(ON_DAY + 9, certificate_number=" "), {"listing:3": "hit"},
              evidence={"listing:3": {"amount_fen": 200}}, documents={"listing:3": ["DD-1", "DD-2"]}),
    SweepCase("hit: no last day", _listing(0), {"listing:3": "hit"}),
    SweepCase("clear: it holds", _listing(ON_DAY + 400), {"listing:3": "clear"}),
    SweepCase("boundary: its last day", _listing(ON_DAY), {"listing:3": "clear"}),
    SweepCase("boundary: the day after", _listing(ON_DAY - 1), {"listing:3": "hit"},
              documents={"listing:3": []}),
    SweepCase("exclusion: not compulsory", _listing(0, is_green_required=0), {}),
    SweepCase("exclusion: off the shelf", _listing(0, state="off_shelf"), {}),
    SweepCase("exclusion: cancelled orders are not at stake", _listing(ON_DAY - 3), {"listing:3": "hit"},
              evidence={"listing:3": {"amount_fen": 100}}),
    SweepCase("not_computable: no category", _listing(0, category_code=""), {"listing:3": "not_computable"}),
    CheckCase("hit: run out", {**_GIVEN, "certificate_until_day": 20_600}, "hit", amount_fen=1_000),
    CheckCase("hit: a certificate without a last day", {**_GIVEN, "certificate_until_day": 0}, "hit"),
    CheckCase("hit: a number of blanks",
              {**_GIVEN, "certificate_number": "  ", "certificate_until_day": 20_900}, "hit"),
    CheckCase("boundary: its last day at order time", {**_GIVEN, "certificate_until_day": 20_700}, "clear",
              amount_fen=0),
    CheckCase("boundary: the day after at order time", {**_GIVEN, "certificate_until_day": 20_699}, "hit"),
    CheckCase("exclusion: not compulsory at order time", {**_GIVEN, "is_green_required": 0}, "not_applicable"),
    CheckCase("not_computable: the certificate was not asked", {"on_day": 20_700, "is_green_required": 1},
              "not_computable"),
)  # fmt: skip
