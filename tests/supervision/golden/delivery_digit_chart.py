"""Golden cases of the chart of digits."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase


def _orders(count: int, **changed: object) -> dict[str, list[dict[str, object]]]:
    usual = {"region_code": 410100, "submitted_day": ON_DAY - 9, "total_fen": 199_900}
    return {"purchase_order": [{**usual, **changed} for _ in range(count)]}


_FEW = {"minimum_orders": 5}

CASES = (
    SweepCase("hit never comes of it: all totals alike", _orders(9), {"region:410100": "clear"}, values=_FEW),
    SweepCase("clear: the counts are there", _orders(6), {"region:410100": "clear"}, values=_FEW),
    SweepCase("boundary: just enough", _orders(5), {"region:410100": "clear"}, values=_FEW),
    SweepCase("boundary: one too few", _orders(4), {"region:410100": "not_computable"}, values=_FEW),
    SweepCase("exclusion: cancelled orders", _orders(6, cancelled_day=ON_DAY), {}, values=_FEW),
    SweepCase("not_computable: far from five thousand", _orders(6), {"region:410100": "not_computable"}),
)  # fmt: skip
