"""Golden cases of captive suppliers. Supplier 99 sells to units 1 to 4 (once each), so that the region has buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT = "supplier:5"


def _rows(bought: Mapping[int, Sequence[int]], *, others: int = 4, admitted_day: int = ON_DAY - 400,
          **line: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`bought`: unit -> amounts in fen of its orders with supplier 5."""
    lines = [
        {"unit_id": unit_id, "region_code": 410100, "supplier_id": 5, "amount_fen": amount_fen,
         "submitted_day": ON_DAY - 20, **line}
        for unit_id, amounts in bought.items() for amount_fen in amounts
    ]  # fmt: skip
    lines = [{"order_id": index, "number": f"DD-{index}", **one} for index, one in enumerate(lines, start=1)]
    lines += [
        {"unit_id": unit_id, "region_code": 410100, "supplier_id": 99, "amount_fen": 100, "order_id": 900 + unit_id,
         "submitted_day": ON_DAY - 20}
        for unit_id in range(1, others + 1)
    ]  # fmt: skip
    return {"order_line": lines, "supplier": [{"supplier_id": 5, "admitted_day": admitted_day}]}


def _said(word: str, other: str = "not_computable") -> dict[str, str]:
    """Supplier 99 has one order with each of his units."""
    return {_SUBJECT: word, "supplier:99": other}


CASES = (
    SweepCase("hit: one unit only", _rows({7: (1_000, 1_000, 1_000, 1_000)}), _said("hit"),
              evidence={_SUBJECT: {"unit_id": 7, "share_basis_points": 10_000, "order_count": 4, "buyer_count": 1,
                                   "region_buyers": 5}},
              documents={_SUBJECT: ["DD-1", "DD-2", "DD-3", "DD-4"]}),
    SweepCase("clear: two units alike", _rows({7: (1_000,) * 4, 8: (900,) * 4}), _said("clear")),
    SweepCase("boundary: exactly four fifths", _rows({7: (2_000,) * 4, 8: (2_000,)}), _said("hit"),
              evidence={_SUBJECT: {"share_basis_points": 8_000, "buyer_count": 2}}),
    SweepCase("boundary: a fen less", _rows({7: (2_000, 2_000, 2_000, 1_999), 8: (2_000,)}), _said("clear")),
    SweepCase("boundary: three orders", _rows({7: (1_000,) * 3}, others=4), _said("not_computable")),
    SweepCase("not_computable: few orders", _rows({7: (1_000,)}), _said("not_computable")),
    SweepCase("exclusion: admitted lately", _rows({7: (1_000,) * 4}, admitted_day=ON_DAY - 89),
              _said("not_applicable")),
    SweepCase("boundary: admitted 90 days ago", _rows({7: (1_000,) * 4}, admitted_day=ON_DAY - 90), _said("hit")),
    SweepCase("exclusion: few units buy there", _rows({7: (1_000,) * 4}, others=3),
              _said("not_applicable", "not_applicable")),
    SweepCase("exclusion: cancelled orders", _rows({7: (1_000,) * 4}, cancelled_day=ON_DAY),
              {"supplier:99": "not_applicable"}),
    SweepCase("hit: a city that is stricter", _rows({7: (1_500,) * 4, 8: (2_000,) * 2}), _said("hit"),
              regional={"share_percent": {410100: 60}}),
)  # fmt: skip
