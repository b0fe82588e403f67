"""Golden cases of late delivery."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

#: a Monday; the days from Monday to Friday are working days
_MONDAY = ON_DAY - 27


def calendar() -> list[dict[str, int]]:
    """Sixty days before the day of the sweep and it; the weekends are off."""
    rows, working_number = [], 100
    for day in range(ON_DAY - 60, ON_DAY + 1):
        is_working = int((day - _MONDAY) % 7 < 5)
        working_number += is_working
        rows.append({"day": day, "is_working": is_working, "working_number": working_number})
    return rows


def _order(received_day: int, **changed: object) -> dict[str, object]:
    usual = {"order_id": 1, "number": "DD-1", "supplier_id": 8, "region_code": 410100, "total_fen": 900}
    usual |= {"submitted_day": _MONDAY - 9, "approved_day": _MONDAY - 8, "promised_day": _MONDAY}
    return {**usual, "received_day": received_day, **changed}


def _history(*orders: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    return {"purchase_order": list(orders), "calendar": [dict(row) for row in calendar()]}


def _trade(late_of_eight: int) -> dict[str, list[dict[str, object]]]:
    """Five suppliers with four orders each; the eighth is late with some of his, all others never are."""
    orders = []
    for supplier_id in (4, 5, 6, 7, 8):
        for index in range(4):
            is_late = supplier_id == 8 and index < late_of_eight
            day = _MONDAY + 7 if is_late else _MONDAY
            orders.append(_order(day, order_id=supplier_id * 10 + index, supplier_id=supplier_id))
    return _history(*orders)


def _outcomes(late_of_eight: int) -> dict[str, str]:
    found = {f"order:{supplier_id * 10 + index}": "clear" for supplier_id in (4, 5, 6, 7, 8) for index in range(4)}
    return found | {f"order:{80 + index}": "hit" for index in range(late_of_eight)}


CASES = (
    SweepCase("hit: a week late", _history(_order(_MONDAY + 7)), {"order:1": "hit"},
              evidence={"order:1": {"late_days": 5, "received_day": _MONDAY + 7, "amount_fen": 900,
                                    "supplier_late_count": 1, "supplier_is_outlier": 0}}),
    SweepCase("clear: on the day", _history(_order(_MONDAY)), {"order:1": "clear"}),
    SweepCase("clear: early", _history(_order(_MONDAY - 3)), {"order:1": "clear"}),
    SweepCase("boundary: three working days", _history(_order(_MONDAY + 3)), {"order:1": "clear"}),
    SweepCase("boundary: four working days", _history(_order(_MONDAY + 4)), {"order:1": "hit"}),
    SweepCase("boundary: three working days and a weekend", _history(_order(_MONDAY + 7, promised_day=_MONDAY + 2)),
              {"order:1": "clear"}),
    SweepCase("boundary: four working days and a weekend", _history(_order(_MONDAY + 8, promised_day=_MONDAY + 2)),
              {"order:1": "hit"}),
    SweepCase("hit: not come yet", _history(_order(0)), {"order:1": "hit"}, evidence={"order:1": {"late_days": 19}}),
    SweepCase("clear: not come yet and just due", _history(_order(0, promised_day=ON_DAY - 2)), {"order:1": "clear"}),
    SweepCase("hit: a supplier beyond the fence", _trade(3), _outcomes(3), values={"minimum_orders": 4},
              evidence={"order:80": {"supplier_rate": 7_500, "rate_fence": 0, "supplier_order_count": 4,
                                     "supplier_is_outlier": 1}}),
    SweepCase("hit: two late orders make no outlier", _trade(2), _outcomes(2), values={"minimum_orders": 4},
              evidence={"order:80": {"supplier_rate": 5_000, "supplier_is_outlier": 0}}),
    SweepCase("hit: nor do rates of too few orders", _trade(3), _outcomes(3), values={"minimum_orders": 5},
              evidence={"order:80": {"supplier_is_outlier": 0}}),
    SweepCase("hit: nor too few suppliers", _trade(3), _outcomes(3),
              values={"minimum_orders": 4, "minimum_suppliers": 6},
              evidence={"order:80": {"supplier_is_outlier": 0}}),
    SweepCase("exclusion: cancelled", _history(_order(0, cancelled_day=_MONDAY)), {}),
    SweepCase("exclusion: not approved", _history(_order(0, approved_day=0)), {}),
    SweepCase("hit: a region that tightened", _history(_order(_MONDAY + 2)), {"order:1": "hit"},
              regional={"late_working_days": {410100: 1}}),
    SweepCase("not_computable: no day promised", _history(_order(_MONDAY, promised_day=0)),
              {"order:1": "not_computable"}),
    SweepCase("not_computable: before the calendar begins", _history(_order(_MONDAY, promised_day=ON_DAY - 90)),
              {"order:1": "not_computable"}),
)  # fmt: skip
