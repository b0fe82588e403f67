"""Golden cases of sham trade."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_DAY = ON_DAY - 20
_LAWFUL = {
    "order_id": 1, "number": "DD-1", "unit_id": 7, "supplier_id": 8, "submitted_day": _DAY, "shipped_day": _DAY + 1,
    "accepted_day": _DAY + 4, "paid_day": _DAY + 9, "tracking_key": "aa", "is_carrier_reporting": 1,
    "first_scan_day": _DAY + 1, "accepted_fen": 900,
}  # fmt: skip
_ROUND = {"accepted_day": _DAY, "paid_day": _DAY + 1, "refunded_day": _DAY + 1, "refunded_fen": 900}


def _order(**changed: object) -> dict[str, list[dict[str, object]]]:
    return {"purchase_order": [{**_LAWFUL, **changed}]}


def _two(**second: object) -> dict[str, list[dict[str, object]]]:
    """The order, and a second one accepted too long ago to be judged itself."""
    other = {**_LAWFUL, "order_id": 2, "number": "DD-2", "submitted_day": _DAY - 110, "accepted_day": _DAY - 105}
    return {"purchase_order": [dict(_LAWFUL), {**other, **second}]}


CASES = (
    SweepCase("hit: the carrier never saw it", _order(first_scan_day=0), {"order:1": "hit"},
              evidence={"order:1": {"tracking_key": "aa", "first_scan_day": 0, "amount_fen": 900}}),
    SweepCase("hit: the number of another unit", _two(unit_id=9), {"order:1": "hit"},
              evidence={"order:1": {"parties_of_number": 3}}),
    SweepCase("hit: the number of another supplier", _two(supplier_id=9), {"order:1": "hit"}),
    SweepCase("hit: the money went round", _order(**_ROUND), {"order:1": "hit"},
              evidence={"order:1": {"paid_day": _DAY + 1, "refunded_day": _DAY + 1}}),
    SweepCase("clear: as it should be", _order(), {"order:1": "clear"}),
    SweepCase("boundary: refunded the day after payment", _order(**{**_ROUND, "refunded_day": _DAY + 2}),
              {"order:1": "clear"}),
    SweepCase("boundary: paid on the second day", _order(**{**_ROUND, "paid_day": _DAY + 2, "refunded_day": _DAY + 2}),
              {"order:1": "clear"}),
    SweepCase("boundary: the number was used more than a year ago", _two(unit_id=9, submitted_day=ON_DAY - 365),
              {"order:1": "clear"}),
    SweepCase("boundary: the number was used within the year", _two(unit_id=9, submitted_day=ON_DAY - 364),
              {"order:1": "hit"}),
    SweepCase("exclusion: one parcel for two orders", _two(), {"order:1": "clear"}),
    SweepCase("exclusion: a carrier that does not report", _order(first_scan_day=0, is_carrier_reporting=0),
              {"order:1": "clear"}),
    SweepCase("exclusion: a cancelled order", _order(first_scan_day=0, cancelled_day=_DAY), {}),
    SweepCase("clear: not accepted yet", _order(first_scan_day=0, accepted_day=0), {}),
    SweepCase("not_computable: neither a number nor a payment", _order(tracking_key="", paid_day=0),
              {"order:1": "not_computable"}),
)  # fmt: skip
