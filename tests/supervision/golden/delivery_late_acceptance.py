"""Golden cases of late acceptance."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_MONDAY = ON_DAY - 27


def _history(accepted_day: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    """An order received on a Monday; weekends are off."""
    calendar, working_number = [], 100
    for day in range(ON_DAY - 40, ON_DAY + 1):
        is_working = int((day - _MONDAY) % 7 < 5)
        working_number += is_working
        calendar.append({"day": day, "is_working": is_working, "working_number": working_number})
    order = {"order_id": 1, "number": "DD-1", "unit_id": 7, "region_code": 410100, "total_fen": 900}
    order |= {"received_day": _MONDAY, "accepted_day": accepted_day, **changed}
    return {"purchase_order": [order], "calendar": calendar}


CASES = (
    SweepCase("hit: after three weeks", _history(_MONDAY + 21), {"order:1": "hit"},
              evidence={"order:1": {"waited_days": 15, "allowed_days": 7, "amount_fen": 900, "document": "DD-1"}}),
    SweepCase("clear: on the same day", _history(_MONDAY), {"order:1": "clear"}),
    SweepCase("boundary: seven working days", _history(_MONDAY + 9), {"order:1": "clear"}),
    SweepCase("boundary: eight working days", _history(_MONDAY + 10), {"order:1": "hit"}),
    SweepCase("hit: not accepted yet", _history(0), {"order:1": "hit"}, evidence={"order:1": {"waited_days": 19}}),
    SweepCase("clear: not accepted yet and just come", _history(0, received_day=ON_DAY - 3), {"order:1": "clear"}),
    SweepCase("clear: not come yet", _history(0, received_day=0), {}),
    SweepCase("exclusion: cancelled", _history(0, cancelled_day=_MONDAY + 1), {}),
    SweepCase("exclusion: refunded before acceptance", _history(0, refunded_day=_MONDAY + 1), {}),
    SweepCase("hit: a region that tightened", _history(_MONDAY + 7), {"order:1": "hit"},
              regional={"allowed_working_days": {410100: 4}}),
    SweepCase("not_computable: before the calendar begins", _history(_MONDAY, received_day=ON_DAY - 60),
              {"order:1": "not_computable"}),
)  # fmt: skip
