"""Golden cases of expired licences."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_SUBJECT = "supplier:7"
_WITHOUT_END = 2_932_896


def _supplier(until_day: int, state: str = "normal", *, shelf: str = "on_shelf") -> dict[str, list[dict[str, object]]]:
    supplier = {"supplier_id": 7, "region_code": 410100, "licence_until_day": until_day, "registration_state": state}
    return {"supplier": [supplier], "listing": [{"supplier_id": 7, "state": shelf}]}


def _given(until_day: int | None, state: str | None = "normal") -> dict[str, object]:
    return {"on_day": ON_DAY, "licence_until_day": until_day, "registration_state": state}


CASES = (
    SweepCase("hit: ended last month", _supplier(ON_DAY - 30), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"licence_until_day": ON_DAY - 30, "day": ON_DAY - 30}}),
    SweepCase("hit: revoked", _supplier(ON_DAY + 300, "revoked"), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"registration_state": "revoked", "day": ON_DAY}}),
    SweepCase("hit: deregistered, without a known licence", _supplier(0, "deregistered"), {_SUBJECT: "hit"}),
    SweepCase("clear: a year to go", _supplier(ON_DAY + 365), {_SUBJECT: "clear"}),
    SweepCase("boundary: the last day", _supplier(ON_DAY), {_SUBJECT: "clear"}),
    SweepCase("boundary: the day after", _supplier(ON_DAY - 1), {_SUBJECT: "hit"}),
    SweepCase("exclusion: a licence without end", _supplier(_WITHOUT_END), {_SUBJECT: "clear"}),
    SweepCase("exclusion: nothing on the shelf", _supplier(ON_DAY - 30, shelf="off_shelf"), {}),
    SweepCase("not_computable: no licence known", _supplier(0), {_SUBJECT: "not_computable"}),
    CheckCase("hit: ended yesterday", _given(ON_DAY - 1), "hit", facts={"licence_until_day": ON_DAY - 1}),
    CheckCase("hit: closed", _given(_WITHOUT_END, "closed"), "hit"),
    CheckCase("hit: revoked, whatever the licence says", _given(None, "revoked"), "hit"),
    CheckCase("boundary: ends on the day of the order", _given(ON_DAY), "clear"),
    CheckCase("exclusion: without end at order time", _given(_WITHOUT_END), "clear"),
    CheckCase("clear: the register was not read, the licence is valid", _given(ON_DAY + 1, None), "clear"),
    CheckCase("not_computable: no licence known at order time", _given(0), "not_computable"),
)  # fmt: skip
