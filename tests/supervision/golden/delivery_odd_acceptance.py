"""Golden cases of odd acceptance."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_DAY = ON_DAY - 10
_LAWFUL = {
    "unit_id": 7, "handler_id": 31, "acceptor_id": 32, "shipped_day": _DAY - 2, "shipped_minute": 600,
    "received_day": _DAY - 1, "accepted_day": _DAY, "accepted_minute": 700, "accepted_fen": 900,
}  # fmt: skip
#: received on the day it was shipped and accepted, so that only the minutes speak
_SAME_DAY = {"shipped_day": _DAY, "received_day": _DAY}


def _order(**changed: object) -> dict[str, list[dict[str, object]]]:
    return {"purchase_order": [{**_LAWFUL, "order_id": 1, "number": "DD-1", **changed}]}


def _batch(*line_counts: int, **last: object) -> dict[str, list[dict[str, object]]]:
    """One order for each number of lines, all accepted within one minute; `last` changes the last one."""
    orders = [{**_LAWFUL, "order_id": one, "number": f"DD-{one}"} for one in range(1, len(line_counts) + 1)]
    orders[-1] = {**orders[-1], **last}
    lines = [{"order_id": one} for one, count in enumerate(line_counts, start=1) for _ in range(count)]
    return {"purchase_order": orders, "order_line": lines}


CASES = (
    SweepCase("hit: accepted before it was received", _order(received_day=_DAY + 1), {"order:1": "hit"},
              evidence={"order:1": {"accepted_day": _DAY, "received_day": _DAY + 1, "amount_fen": 900}}),
    SweepCase("hit: never received", _order(received_day=0), {"order:1": "hit"}),
    SweepCase("hit: by whoever ordered", _order(acceptor_id=31), {"order:1": "hit"},
              evidence={"order:1": {"handler_id": 31, "acceptor_id": 31}}),
    SweepCase("clear: as it should be", _order(), {"order:1": "clear"}),
    SweepCase("boundary: received on the day of acceptance", _order(received_day=_DAY), {"order:1": "clear"}),
    SweepCase("boundary: ten minutes after dispatch", _order(**_SAME_DAY, shipped_minute=690), {"order:1": "hit"},
              evidence={"order:1": {"minutes_after_dispatch": 10}}),
    SweepCase("boundary: eleven minutes after dispatch", _order(**_SAME_DAY, shipped_minute=689),
              {"order:1": "clear"}),
    SweepCase("boundary: twenty lines of two orders in a minute", _batch(10, 10),
              {"order:1": "clear", "order:2": "clear"}),
    SweepCase("boundary: twenty-one lines of two orders in a minute", _batch(10, 11),
              {"order:1": "hit", "order:2": "hit"},
              evidence={"order:1": {"lines_in_minute": 21, "orders_in_minute": 2}}),
    SweepCase("exclusion: a single order of many lines", _batch(25), {"order:1": "clear"}),
    SweepCase("clear: the second in another minute", _batch(10, 11, accepted_minute=701),
              {"order:1": "clear", "order:2": "clear"}),
    SweepCase("clear: the second by another person", _batch(10, 11, acceptor_id=33),
              {"order:1": "clear", "order:2": "clear"}),
    SweepCase("exclusion: a service is not dispatched", _order(shipped_day=0, shipped_minute=0), {"order:1": "clear"}),
    SweepCase("exclusion: a cancelled order", _order(acceptor_id=31, cancelled_day=_DAY), {}),
    SweepCase("not_computable: nobody knows who accepted", _order(acceptor_id=0), {"order:1": "not_computable"}),
)  # fmt: skip
