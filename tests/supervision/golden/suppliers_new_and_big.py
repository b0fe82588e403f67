"""Golden cases of new and big. Twenty earlier newcomers sold 100, 200 ... 2,000 yuan: 95 of a hundred at most 1,900."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT = "supplier:900"


def _rows(*sold: tuple[int, int], earlier: int = 20, admitted_day: int = ON_DAY - 30,
          **line: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`sold`: (unit, fen) of the newcomer's orders."""
    suppliers = [{"supplier_id": index, "region_code": 410100, "admitted_day": 20_200}
                 for index in range(1, earlier + 1)]  # fmt: skip
    lines: list[dict[str, object]] = [
        {"supplier_id": index, "unit_id": 1, "order_id": index, "submitted_day": 20_250, "amount_fen": index * 10_000}
        for index in range(1, earlier + 1)
    ]
    # What they sold later does not count.
    lines += [{"supplier_id": 1, "unit_id": 1, "order_id": 500, "submitted_day": 20_290, "amount_fen": 10**9}]
    suppliers.append({"supplier_id": 900, "region_code": 410100, "admitted_day": admitted_day})
    lines += [
        {"supplier_id": 900, "unit_id": unit_id, "order_id": index, "number": f"DD-{index}", "amount_fen": amount_fen,
         "submitted_day": admitted_day + 10, **line}
        for index, (unit_id, amount_fen) in enumerate(sold, start=600)
    ]  # fmt: skip
    return {"supplier": suppliers, "order_line": lines}


CASES = (
    SweepCase("hit: large and to one unit", _rows((7, 300_000), (7, 200_000), (8, 100_000)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"unit_id": 7, "amount_fen": 600_000, "top_fen": 500_000, "usual_fen": 190_000,
                                   "newcomer_count": 20, "order_count": 3}},
              documents={_SUBJECT: ["DD-600", "DD-601", "DD-602"]}),
    SweepCase("clear: small", _rows((7, 50_000)), {_SUBJECT: "clear"}),
    SweepCase("boundary: as much as nearly all", _rows((7, 190_000)), {_SUBJECT: "clear"}),
    SweepCase("boundary: one fen more", _rows((7, 190_001)), {_SUBJECT: "hit"}),
    SweepCase("boundary: exactly 60 of a hundred", _rows((7, 300_000), (8, 200_000)), {_SUBJECT: "clear"}),
    SweepCase("boundary: a fen above 60 of a hundred", _rows((7, 300_001), (8, 200_000)), {_SUBJECT: "hit"}),
    SweepCase("boundary: the 89th day", _rows((7, 300_000), admitted_day=ON_DAY - 89), {_SUBJECT: "hit"}),
    SweepCase("boundary: the 90th day", _rows((7, 300_000), admitted_day=ON_DAY - 90), {}),
    SweepCase("exclusion: sales to several units", _rows((7, 200_000), (8, 200_000), (9, 200_000)),
              {_SUBJECT: "clear"}),
    SweepCase("exclusion: cancelled", _rows((7, 300_000), cancelled_day=ON_DAY), {}),
    SweepCase("not_computable: too few earlier newcomers", _rows((7, 300_000), earlier=19),
              {_SUBJECT: "not_computable"}),
)  # fmt: skip
