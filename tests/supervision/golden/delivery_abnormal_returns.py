"""Golden cases of abnormal returns."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_FEW = {"minimum_others": 20}
_SUPPLIER, _OTHER = "supplier:8:A020101", "supplier:9:A020101"
#: the last year ends with day 20,453 (2025-12-31), and its February with 20,512
_NEW_YEAR = 20_454
_PAIR = "unit:7:8:2025"


def _lines(count: int, returned: int, *, others: int = 40, **changed: object) -> dict[str, list[dict[str, object]]]:
    """`returned` of `count` lines of the supplier came back, and one of the others'."""
    usual = {"category_code": "A02010105", "accepted_day": ON_DAY - 50, "price_fen": 10, "amount_fen": 10}
    rows = [{**usual, "supplier_id": 8, "returned": int(one < returned), **changed} for one in range(count)]
    rows += [{**usual, "supplier_id": 9, "returned": int(one < 1)} for one in range(others)]
    return {"order_line": rows}


def _december(
    bought_fen: int, returned: int, *, returned_day: int = _NEW_YEAR + 20, **changed: object
) -> dict[str, list[dict[str, object]]]:
    """A hundred pieces bought before the new year, of which some came back after it."""
    line = {"unit_id": 7, "supplier_id": 8, "region_code": 410100, "submitted_day": _NEW_YEAR - 1, "quantity": 100}
    line |= {"price_fen": bought_fen // 100, "amount_fen": bought_fen, "returned": returned}
    return {"order_line": [{**line, "returned_day": returned_day, **changed}]}


CASES = (
    # The others' rate is 1 of 40, 250 basis points, rounded up to 300: the limit of 20 lines is 4.
    SweepCase("hit: a quarter came back", _lines(20, 6), {_SUPPLIER: "hit", _OTHER: "clear"}, values=_FEW,
              evidence={_SUPPLIER: {"line_count": 20, "returned_count": 6, "limit_count": 4, "others_rate": 250,
                                    "amount_fen": 60}}),
    SweepCase("clear: none came back", _lines(20, 0), {_SUPPLIER: "clear", _OTHER: "clear"}, values=_FEW),
    SweepCase("boundary: as many as the limit", _lines(20, 4), {_SUPPLIER: "clear", _OTHER: "clear"}, values=_FEW),
    SweepCase("boundary: one more than the limit", _lines(20, 5), {_SUPPLIER: "hit", _OTHER: "clear"}, values=_FEW),
    SweepCase("exclusion: own returns are not in the rate", _lines(60, 59), {_SUPPLIER: "hit", _OTHER: "clear"},
              values=_FEW, evidence={_SUPPLIER: {"others_rate": 250}}),
    SweepCase("exclusion: cancelled orders", _lines(20, 6, cancelled_day=ON_DAY), {_OTHER: "not_computable"},
              values=_FEW),
    SweepCase("not_computable: nine lines", _lines(9, 9), {_SUPPLIER: "not_computable", _OTHER: "not_computable"},
              values=_FEW),
    SweepCase("not_computable: too few lines of the others", _lines(20, 6),
              {_SUPPLIER: "not_computable", _OTHER: "not_computable"}),
    SweepCase("hit: half came back after the new year", _december(2_000_000, 50), {_PAIR: "hit"},
              evidence={_PAIR: {"bought_fen": 2_000_000, "returned_fen": 1_000_000, "amount_fen": 1_000_000}}),
    SweepCase("boundary: exactly three tenths", _december(2_000_000, 30), {_PAIR: "hit"}),
    SweepCase("boundary: less", _december(2_000_000, 29), {_PAIR: "clear"}),
    SweepCase("boundary: back on the last day of February", _december(2_000_000, 50, returned_day=20_512),
              {_PAIR: "hit"}),
    SweepCase("boundary: back in March", _december(2_000_000, 50, returned_day=20_513), {_PAIR: "clear"}),
    SweepCase("boundary: back in December", _december(2_000_000, 50, returned_day=_NEW_YEAR - 1), {_PAIR: "clear"}),
    SweepCase("boundary: bought on the first of December", _december(2_000_000, 50, submitted_day=_NEW_YEAR - 31),
              {_PAIR: "hit"}),
    SweepCase("boundary: bought in November", _december(2_000_000, 50, submitted_day=_NEW_YEAR - 32), {}),
    SweepCase("exclusion: a small purchase", _december(999_900, 50), {_PAIR: "not_applicable"}),
    SweepCase("hit: a region that tightened", _december(2_000_000, 20), {_PAIR: "hit"},
              regional={"new_year_percent": {410100: 20}}),
)  # fmt: skip
