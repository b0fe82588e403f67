"""Golden cases of assets without a card."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_ORDER = {"order_id": 1, "number": "DD-1", "unit_id": 7, "region_code": 410100, "supplier_id": 3, "paid_day": 20_700}
_LINE = {
    "order_id": 1, "region_code": 410100, "category_code": "A02010105", "is_asset": 1, "price_fen": 500_000,
    "quantity": 3,
    "accepted": 3,
}  # fmt: skip
_SUBJECT = "order:1"


def _history(*, cards: int = 0, paid_day: int = 20_700, **changed: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "purchase_order": [{**_ORDER, "paid_day": paid_day}],
        "order_line": [{**_LINE, **changed}],
        "asset_card": [{"order_id": 1, "quantity": 1, "value_fen": 500_000} for _ in range(cards)],
    }


CASES = (
    SweepCase("hit: three computers and no card", _history(), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"pieces": 3, "carded": 0, "amount_fen": 1_500_000, "paid_day": 20_700,
                                   "category_code": "A02010105"}}),
    SweepCase("hit: one card is missing", _history(cards=2), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"carded": 2, "amount_fen": 500_000}}),
    SweepCase("clear: a card for each", _history(cards=3), {_SUBJECT: "clear"}),
    SweepCase("clear: no asset", _history(is_asset=0), {}),
    SweepCase("clear: not paid yet", _history(paid_day=0), {}),
    SweepCase("boundary: paid thirty days ago", _history(paid_day=20_756), {_SUBJECT: "clear"}),
    SweepCase("boundary: paid thirty-one days ago", _history(paid_day=20_755), {_SUBJECT: "hit"}),
    SweepCase("boundary: exactly the price of fixed assets", _history(price_fen=100_000), {_SUBJECT: "hit"}),
    SweepCase("exclusion: cheaper than that", _history(price_fen=99_999), {}),
    SweepCase("exclusion: all returned", _history(returned=3), {_SUBJECT: "not_applicable"}),
    SweepCase("clear: one returned and the others with a card", _history(returned=1, cards=2), {_SUBJECT: "clear"}),
    SweepCase("hit: a region that tightened", _history(price_fen=80_000), {_SUBJECT: "hit"},
              regional={"least_price_fen": {410100: 50_000}}),
    SweepCase("not_computable: accepted pieces not known", _history(accepted=0), {_SUBJECT: "not_computable"}),
)  # fmt: skip
