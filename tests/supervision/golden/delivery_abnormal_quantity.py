"""Golden cases of abnormal quantities."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_FEW = {"minimum_lines": 5}
_UNITS = [{"unit_id": 7, "staff_count": 50}, {"unit_id": 8, "staff_count": 60}, {"unit_id": 9, "staff_count": 5_000},
          {"unit_id": 10}]  # fmt: skip
_GIVEN = {"pack_size": 10, "quantity_high": 100, "quantity_line_count": 500, "amount_fen": 900}


def _lines(quantity: int, *, history_unit: int = 8, **changed: object) -> dict[str, list[dict[str, object]]]:
    """A line of the unit 7 now, and five lines of another unit of up to twenty pieces in the year before."""
    usual = {"category_code": "A05040101", "region_code": 410100, "pack_size": 1}
    rows = [{**usual, "line_id": 1, "unit_id": 7, "quantity": quantity, "submitted_day": ON_DAY - 9, "number": "DD-1",
             "amount_fen": 900, **changed}]  # fmt: skip
    rows += [
        {**usual, "line_id": 1 + one, "unit_id": history_unit, "quantity": 4 * one, "submitted_day": ON_DAY - 100}
        for one in range(1, 6)
    ]
    return {"order_line": rows, "unit": _UNITS}


CASES = (
    SweepCase("hit: a hundred where twenty were the most", _lines(100), {"line:1": "hit"}, values=_FEW,
              evidence={"line:1": {"base_units": 100, "quantity_high": 20, "quantity_line_count": 5,
                                   "amount_fen": 900}}),
    SweepCase("clear: ten", _lines(10), {"line:1": "clear"}, values=_FEW),
    SweepCase("boundary: as many as the percentile", _lines(20), {"line:1": "clear"}, values=_FEW),
    SweepCase("boundary: one more", _lines(21), {"line:1": "hit"}, values=_FEW),
    SweepCase("boundary: packs count by what is in them", _lines(3, pack_size=7), {"line:1": "hit"}, values=_FEW),
    SweepCase("boundary: the oldest line that is judged", _lines(21, submitted_day=ON_DAY - 29), {"line:1": "hit"},
              values=_FEW),
    SweepCase("boundary: a day older it is history", _lines(21, submitted_day=ON_DAY - 30), {}, values=_FEW),
    SweepCase("exclusion: a cancelled order", _lines(100, cancelled_day=ON_DAY), {}, values=_FEW),
    SweepCase("exclusion: lines of units of another size", _lines(100, history_unit=9), {"line:1": "not_computable"},
              values=_FEW),
    SweepCase("hit: a region that tightened", _lines(15), {"line:1": "hit"}, values=_FEW,
              regional={"factor_percent": {410100: 70}}),
    SweepCase("not_computable: too few lines", _lines(100), {"line:1": "not_computable"},
              values={"minimum_lines": 6}),
    SweepCase("not_computable: a unit whose staff is not known", _lines(100, unit_id=10),
              {"line:1": "not_computable"}, values=_FEW),
    CheckCase("hit: more than nearly all", {**_GIVEN, "quantity": 20}, "hit",
              facts={"base_units": 200, "quantity_high": 100}, amount_fen=900),
    CheckCase("boundary: as many as the percentile at order time", {**_GIVEN, "quantity": 10}, "clear", amount_fen=0),
    CheckCase("boundary: one pack more at order time", {**_GIVEN, "quantity": 11}, "hit"),
    CheckCase("not_computable: 499 lines", {**_GIVEN, "quantity": 20, "quantity_line_count": 499}, "not_computable"),
)  # fmt: skip
