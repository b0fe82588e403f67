"""Golden cases of concentration: unit 7 buys of suppliers 1, 2 ...; unit 8 elsewhere buys of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT = "unit:7:A0201"


def _rows(bought: Mapping[int, Sequence[int]], *, regions: Sequence[int] = (410000,) * 5, groups: Sequence[str] = (),
          sold: Sequence[int] = (1, 2, 3, 4, 5), states: Mapping[int, str] | None = None,
          **line: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`bought`: supplier -> yuan; `regions`: where suppliers 1, 2 ... deliver; `sold`: who sells to unit 8."""
    in_group = dict(enumerate(groups, start=1))
    lines = [
        {"unit_id": 7, "region_code": 410181, "supplier_id": supplier_id, "category_code": "A02010105",
         "submitted_day": ON_DAY - 10, "amount_fen": yuan * 100, **line}
        for supplier_id, amounts in bought.items() for yuan in amounts
    ]  # fmt: skip
    lines = [{"order_id": index, "number": f"DD-{index}", **one} for index, one in enumerate(lines, start=1)]
    lines += [
        {"unit_id": 8, "region_code": 420100, "supplier_id": supplier_id, "category_code": "A02010105",
         "submitted_day": ON_DAY - 9, "amount_fen": 100, "order_id": 100 + supplier_id}
        for supplier_id in sold
    ]  # fmt: skip
    suppliers = [
        {"supplier_id": index, "state": (states or {}).get(index, "active"), "group_key": in_group.get(index, "")}
        for index in range(1, 6)
    ]  # fmt: skip
    delivery = [{"supplier_id": index, "class_code": "A0201", "region_code": region_code}
                for index, region_code in enumerate(regions, start=1)]  # fmt: skip
    return {"order_line": lines, "supplier": suppliers, "delivery": delivery}


def _said(word: str) -> dict[str, str]:
    """Unit 8 buys for a few fen only."""
    return {_SUBJECT: word, "unit:8:A0201": "not_applicable"}


_FIVE = (6_000, 6_000, 6_000, 6_000, 6_000)
CASES = (
    SweepCase("hit: nearly all from one", _rows({1: _FIVE, 2: (3_000,)}), _said("hit"),
              evidence={_SUBJECT: {"supplier_id": 1, "share_basis_points": 9_090, "concentration_basis_points": 8_347,
                                   "alternatives": 4, "order_count": 5, "total_fen": 3_300_000,
                                   "amount_fen": 3_000_000}},
              documents={_SUBJECT: [f"DD-{index}" for index in range(1, 7)]}),
    SweepCase("hit: amounts too large to be squared in fen",
              _rows({1: [600_000_000] * 5, 2: (300_000_000,)}), _said("hit"),
              evidence={_SUBJECT: {"share_basis_points": 9_090, "concentration_basis_points": 8_347}}),
    SweepCase("clear: half and half", _rows({1: _FIVE, 2: _FIVE}), _said("clear")),
    SweepCase("clear: above half, but the rest is spread", _rows({1: _FIVE, 2: (9_000,), 3: (9_000,), 4: (9_000,)}),
              _said("clear")),
    SweepCase("boundary: the index at exactly a half", _rows({1: _FIVE, 2: (30_000,)}), _said("clear")),
    SweepCase("boundary: a yuan less from the other", _rows({1: _FIVE, 2: (29_999,)}), _said("hit")),
    SweepCase("boundary: four orders", _rows({1: _FIVE[:4]}), _said("not_computable")),
    SweepCase("boundary: a total just large enough", _rows({1: (4_000,) * 5}), _said("hit")),
    SweepCase("exclusion: a small total", _rows({1: (4_000,) * 4 + (3_999,)}), _said("not_applicable")),
    SweepCase("hit: a county that looks at small totals", _rows({1: (4_000,) * 4 + (3_999,)}), _said("hit"),
              regional={"amount_min_fen": {410181: 100_000}}),
    SweepCase("clear: a county that allows more", _rows({1: _FIVE, 2: (6_000,)}), _said("clear"),
              regional={"share_percent": {410181: 90}}),
    SweepCase("exclusion: one of the others delivers elsewhere only",
              _rows({1: _FIVE}, regions=(410000, 410100, 410181, 410000, 411000)), _said("not_applicable")),
    SweepCase("hit: all deliver to the county, its city or the province",
              _rows({1: _FIVE}, regions=(410000, 410100, 410181, 410000, 410100)), _said("hit")),
    SweepCase("exclusion: two of the others are one party",
              _rows({1: _FIVE}, groups=("", "G1", "G1", "", "")), _said("not_applicable")),
    SweepCase("exclusion: one of the others never sold", _rows({1: _FIVE}, sold=(1, 2, 3, 4)),
              _said("not_applicable")),
    SweepCase("exclusion: one of the others was removed", _rows({1: _FIVE}, states={5: "removed"}),
              _said("not_applicable")),
    SweepCase("hit: two sister companies are one", _rows({1: (5_000,) * 3, 2: (5_000,) * 2},
              groups=("G1", "G1", "", "", "")), _said("hit"), values={"alternatives_min": 3},
              evidence={_SUBJECT: {"order_count": 5, "alternatives": 3, "share_basis_points": 10_000}}),
    SweepCase("exclusion: cancelled orders", _rows({1: _FIVE}, cancelled_day=ON_DAY),
              {"unit:8:A0201": "not_applicable"}),
    SweepCase("not_computable: nobody knows who delivers there", _rows({1: _FIVE}, regions=()),
              _said("not_computable") | {"unit:8:A0201": "not_applicable"}),
)  # fmt: skip
