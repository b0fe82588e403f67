"""Golden cases of the gap between regions."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_HERE, _THERE = "product:5:410100", "product:5:410200"


def _lines(here: list[int], there: list[int], **changed: object) -> dict[str, list[dict[str, object]]]:
    """Lines of a county here and of a city there; `changed` are those here."""
    usual = {"product_id": 5, "quantity": 1, "pack_size": 1, "submitted_day": ON_DAY - 9, "category_code": "A05"}
    rows = [{**usual, "region_code": 410122, "base_price_fen": price_fen, **changed} for price_fen in here]
    rows += [{**usual, "region_code": 410200, "base_price_fen": price_fen} for price_fen in there]
    return {"order_line": rows}


CASES = (
    SweepCase("hit: a fifth dearer throughout", _lines([1_200] * 8, [1_000] * 8), {_HERE: "hit", _THERE: "clear"},
              evidence={_HERE: {"here_fen": 1_200, "here_fen_count": 8, "here_fen_low": 1_200, "elsewhere_fen": 1_000,
                                "elsewhere_fen_high": 1_000, "amount_fen": 1_600}}),
    SweepCase("clear: the same prices", _lines([1_000] * 8, [1_000] * 8), {_HERE: "clear", _THERE: "clear"}),
    SweepCase("boundary: exactly fifteen percent", _lines([1_150] * 8, [1_000] * 8),
              {_HERE: "clear", _THERE: "clear"}),
    SweepCase("boundary: one fen more than fifteen percent", _lines([1_151] * 8, [1_000] * 8),
              {_HERE: "hit", _THERE: "clear"}),
    SweepCase("boundary: the lower bound is five percent above", _lines([1_050, *[1_300] * 7], [1_000] * 8),
              {_HERE: "clear", _THERE: "clear"}),
    SweepCase("boundary: the lower bound is a fen above that", _lines([1_051, *[1_300] * 7], [1_000] * 8),
              {_HERE: "hit", _THERE: "clear"}),
    SweepCase("clear: the gap may be chance", _lines([900, 950, *[1_300] * 6], [1_000] * 8),
              {_HERE: "clear", _THERE: "clear"}),
    SweepCase("exclusion: own lines are not compared with",
              _lines([1_200] * 20, [1_000] * 8), {_HERE: "hit", _THERE: "clear"},
              evidence={_HERE: {"elsewhere_fen_count": 8}}),
    SweepCase("exclusion: cancelled orders", _lines([1_200] * 8, [1_000] * 8, cancelled_day=ON_DAY),
              {_THERE: "not_computable"}),
    SweepCase("exclusion: a remote region with a wider parameter", _lines([1_200] * 8, [1_000] * 8),
              {_HERE: "clear", _THERE: "clear"}, regional={"gap_percent": {410100: 25}}),
    SweepCase("exclusion: older lines", _lines([1_200] * 8, [1_000] * 8, submitted_day=ON_DAY - 180),
              {_THERE: "not_computable"}),
    SweepCase("not_computable: seven lines", _lines([1_200] * 7, [1_000] * 8),
              {_HERE: "not_computable", _THERE: "not_computable"}),
)  # fmt: skip
