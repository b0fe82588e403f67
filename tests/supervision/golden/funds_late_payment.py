"""Golden cases of late payments; 20,786 is the day they look back from."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_ORDER = {
    "order_id": 1, "number": "DD-1", "unit_id": 7, "region_code": 410100, "supplier_id": 3, "accepted_fen": 1_000_000,
    "accepted_day": 20_700, "invoiced_day": 20_706,
}  # fmt: skip
_SUBJECT = "order:1"


def _history(*payments: tuple[int, int], is_small_firm: int = 1, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    """The order with payments of (day, amount in fen); it is due on 20,736."""
    return {
        "purchase_order": [{**_ORDER, **changed}],
        "payment": [{"order_id": 1, "day": day, "amount_fen": amount_fen} for day, amount_fen in payments],
        "supplier": [{"supplier_id": 3, "is_small_firm": is_small_firm}],
    }


CASES = (
    SweepCase("hit: not paid for fifty days", _history(), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"payable_day": 20_736, "late_days": 50, "owed_fen": 1_000_000, "late_paid_fen": 0,
                                   "interest_fen": 25_000, "amount_fen": 1_000_000, "document": "DD-1"}}),
    SweepCase("hit: one half late, one not at all", _history((20_746, 500_000)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"late_paid_fen": 500_000, "owed_fen": 500_000, "interest_fen": 2_500 + 12_500}}),
    SweepCase("hit: paid late in full", _history((20_740, 1_000_000)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"owed_fen": 0, "late_days": 4, "interest_fen": 2_000}}),
    SweepCase("hit: a large firm gets no interest by this law", _history(is_small_firm=0), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"interest_fen": 0, "owed_fen": 1_000_000}}),
    SweepCase("clear: paid in time", _history((20_730, 1_000_000)), {_SUBJECT: "clear"}),
    SweepCase("clear: not due yet", _history(accepted_day=20_780, invoiced_day=20_780), {_SUBJECT: "clear"}),
    SweepCase("boundary: paid on the day it is due", _history((20_736, 1_000_000)), {_SUBJECT: "clear"}),
    SweepCase("boundary: paid one day later", _history((20_737, 1_000_000)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"late_days": 1, "interest_fen": 500}}),
    SweepCase("boundary: half a fen of interest is rounded up", _history((20_737, 1_000), accepted_fen=1_000),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"interest_fen": 1}}),
    SweepCase("boundary: less than half is rounded down", _history((20_737, 999), accepted_fen=999), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"interest_fen": 0}}),
    SweepCase("boundary: due today", _history(accepted_day=20_756, invoiced_day=20_756), {_SUBJECT: "clear"}),
    SweepCase("boundary: due yesterday", _history(accepted_day=20_755, invoiced_day=20_755), {_SUBJECT: "hit"}),
    SweepCase("clear: the agreed day is later", _history((20_750, 1_000_000), due_day=20_750), {_SUBJECT: "clear"}),
    SweepCase("boundary: an agreed day beyond the longest term", _history((20_767, 1_000_000), due_day=20_800),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"payable_day": 20_766, "late_days": 1}}),
    SweepCase("exclusion: not invoiced", _history(invoiced_day=0), {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: the rest is retention", _history((20_730, 950_000), withheld_fen=50_000),
              {_SUBJECT: "clear"}),
    SweepCase("exclusion: the rest was refunded", _history((20_730, 950_000), refunded_fen=50_000),
              {_SUBJECT: "clear"}),
    SweepCase("hit: a region that tightened", _history((20_730, 1_000_000)), {_SUBJECT: "hit"},
              regional={"due_days": {410100: 20}}),
    SweepCase("not_computable: amount of the acceptance not known", _history(accepted_fen=0),
              {_SUBJECT: "not_computable"}),
)  # fmt: skip
