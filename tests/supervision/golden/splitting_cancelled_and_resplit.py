"""Golden cases of splits after a cancellation."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_LINE = {
    "region_code": 410100, "unit_id": 7, "supplier_id": 3, "category_code": "A02010105", "mode": "direct_purchase",
}  # fmt: skip
_CANCELLED = {
    **_LINE, "order_id": 1, "number": "DD-1", "submitted_day": 20_700, "cancelled_day": 20_702, "amount_fen": 6_000_000,
}  # fmt: skip
_SUBJECT = "order:1:A020101"


def _history(*small: tuple[int, int], **changed: Any) -> dict[str, list[dict[str, Any]]]:
    """The cancelled order, and orders of (day, amount in fen) after it."""
    rows = [
        {**_LINE, "order_id": index, "number": f"DD-{index}", "submitted_day": day, "amount_fen": amount_fen}
        for index, (day, amount_fen) in enumerate(small, start=2)
    ]
    return {"order_line": [{**_CANCELLED, **changed}, *rows]}


CASES = (
    SweepCase("hit: two halves after it", _history((20_703, 3_000_000), (20_705, 3_000_000)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"cancelled_fen": 6_000_000, "again_fen": 6_000_000, "again_count": 2,
              "document": "DD-1",
                                   "day": 20_702}},
              documents={_SUBJECT: ["DD-2", "DD-3"]}),
    SweepCase("clear: placed again as one", _history((20_703, 6_000_000)), {_SUBJECT: "clear"}),
    SweepCase("clear: one small order", _history((20_703, 4_900_000), cancelled_day=20_702, amount_fen=5_000_000),
              {_SUBJECT: "clear"}),
    SweepCase("clear: never placed again", _history(), {_SUBJECT: "clear"}),
    SweepCase("clear: halves of another class", {"order_line": [
        _CANCELLED, *({**_LINE, "order_id": index, "submitted_day": 20_703, "amount_fen": 3_000_000,
                       "category_code": "A05010201"} for index in (2, 3))]}, {_SUBJECT: "clear"}),
    SweepCase("clear: a small order was cancelled",
              _history((20_703, 2_000_000), (20_703, 2_000_000), amount_fen=4_000_000),
              {}),
    SweepCase("boundary: it was exactly the limit",
              _history((20_703, 2_500_000), (20_703, 2_500_000), amount_fen=5_000_000),
              {_SUBJECT: "hit"}),
    SweepCase("boundary: it was one fen less", _history((20_703, 2_500_000), (20_703, 2_500_000), amount_fen=4_999_999),
              {}),
    SweepCase("boundary: a tenth less", _history((20_703, 2_700_000), (20_703, 2_700_000)), {_SUBJECT: "hit"}),
    SweepCase("boundary: one fen less than that", _history((20_703, 2_700_000), (20_703, 2_699_999)),
              {_SUBJECT: "clear"}),
    SweepCase("boundary: seven days later", _history((20_709, 3_000_000), (20_709, 3_000_000)), {_SUBJECT: "hit"}),
    SweepCase("boundary: eight days later", _history((20_710, 3_000_000), (20_710, 3_000_000)), {_SUBJECT: "clear"}),
    SweepCase("boundary: on the day of the cancellation", _history((20_702, 3_000_000), (20_702, 3_000_000)),
              {_SUBJECT: "hit"}),
    SweepCase("clear: before the cancellation", _history((20_701, 3_000_000), (20_701, 3_000_000)),
              {_SUBJECT: "clear"}),
    SweepCase("hit: a region that tightened", _history((20_703, 1_500_000), (20_703, 1_500_000), amount_fen=3_000_000),
              {_SUBJECT: "hit"}, regional={"limit_fen": {410100: 3_000_000}}),
    SweepCase("not_computable: no limit known", _history((20_703, 3_000_000)), {_SUBJECT: "not_computable"},
              values={"limit_fen": 0}),
)  # fmt: skip
