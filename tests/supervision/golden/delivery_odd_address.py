"""Golden cases of odd delivery addresses."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_DAY = ON_DAY - 10
_GIVEN = {"address_key": "aa", "address_is_registered": 1, "address_is_exempt": 0, "order_amount_fen": 900}


def _orders(*parents: int, day: int = _DAY, exempt: int = 0, **last: object) -> dict[str, list[dict[str, object]]]:
    """One order to the address "aa" for each unit, named by its parent (0: none); `last` changes the last one."""
    orders = [
        {"unit_id": 7 + one, "parent_id": parent_id, "order_id": one, "number": f"DD-{one}", "total_fen": 900,
         "address_key": "aa", "submitted_day": day if one > 1 else _DAY}
        for one, parent_id in enumerate(parents, start=1)
    ]  # fmt: skip
    orders[-1] = {**orders[-1], **last}
    units = [{"unit_id": order["unit_id"], "address_key": "bb", "is_exempt_address": exempt} for order in orders]
    return {"purchase_order": orders, "unit": units}


def _all(outcome: str, *unit_ids: int) -> dict[str, str]:
    return {f"unit:{unit_id}:aa": outcome for unit_id in unit_ids}


CASES = (
    SweepCase("hit: three unrelated units", _orders(1, 2, 3), _all("hit", 8, 9, 10),
              evidence={"unit:8:aa": {"family_count": 3, "unit_count": 3, "order_count": 1, "amount_fen": 900,
                                      "address_is_registered": 0}},
              documents={"unit:8:aa": ["DD-1"]}),
    SweepCase("clear: a unit of its own", _orders(1), _all("clear", 8)),
    SweepCase("boundary: two unrelated units", _orders(1, 2), _all("clear", 8, 9)),
    SweepCase("hit: units without a parent are unrelated", _orders(0, 0, 0), _all("hit", 8, 9, 10)),
    SweepCase("boundary: shared 364 days ago", _orders(1, 2, 3, day=ON_DAY - 364), _all("hit", 8)),
    SweepCase("boundary: shared a year ago", _orders(1, 2, 3, day=ON_DAY - 365), _all("clear", 8)),
    SweepCase("exclusion: units of one parent", _orders(1, 1, 1, 2), _all("clear", 8, 9, 10, 11)),
    SweepCase("exclusion: a shared address by right", _orders(1, 2, 3, exempt=1), _all("not_applicable", 8, 9, 10)),
    SweepCase("exclusion: a cancelled order", _orders(1, 2, 3, cancelled_day=_DAY), _all("clear", 8, 9)),
    SweepCase("not_computable: no address", _orders(1, address_key=""), {"unit:8:": "not_computable"}),
    CheckCase("hit: not the unit's", {**_GIVEN, "address_is_registered": 0, "address_family_count": 1}, "hit",
              facts={"address_is_registered": 0}, amount_fen=900),
    CheckCase("hit: shared by three", {**_GIVEN, "address_family_count": 3}, "hit", facts={"family_count": 3}),
    CheckCase("clear: its own", {**_GIVEN, "address_family_count": 1}, "clear", amount_fen=0),
    CheckCase("boundary: shared by two", {**_GIVEN, "address_family_count": 2}, "clear"),
    CheckCase("exclusion: shared by right", {**_GIVEN, "address_family_count": 9, "address_is_exempt": 1},
              "not_applicable"),
    CheckCase("not_computable: no address given", {**_GIVEN, "address_key": "", "address_family_count": 1},
              "not_computable"),
)  # fmt: skip
