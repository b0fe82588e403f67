"""Golden cases of fixed invitations: unit 7 invites 4 suppliers to each quotation unless a case says otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT = "unit:7:A0201"
#: the same three, and a fourth who changes: 18 of 24 invitations
_FIXED = tuple((1, 2, 3, 10 + index) for index in range(6))
#: everybody in turn
_TURNS = tuple((index, index + 1, index + 2, index + 3) for index in range(1, 25, 4))


def _rows(*sets: Sequence[int], eligible: Sequence[int] | int = 12,
          **changed: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    counts = [eligible] * len(sets) if isinstance(eligible, int) else list(eligible)
    sourcing = [
        {"sourcing_id": index, "unit_id": 7, "region_code": 410100, "category_code": "A02010105",
         "opened_day": ON_DAY - 10 * index, "eligible_suppliers": count, "budget_fen": 1_000, **changed}
        for index, count in enumerate(counts, start=1)
    ]  # fmt: skip
    invitation = [{"sourcing_id": index, "supplier_id": supplier_id}
                  for index, invited in enumerate(sets, start=1) for supplier_id in invited]  # fmt: skip
    return {"sourcing": sourcing, "invitation": invitation}


CASES = (
    SweepCase("hit: the same three every time", _rows(*_FIXED), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"share_basis_points": 7_500, "sourcing_count": 6, "invited_suppliers": 9,
                                   "eligible_min": 12, "supplier_id": 1, "amount_fen": 6_000}}),
    SweepCase("clear: everybody in turn", _rows(*_TURNS), {_SUBJECT: "clear"}),
    SweepCase("boundary: exactly 70 of a hundred", _rows(*_FIXED[:5], (1, 2, 20, 21), *_FIXED[:2], (1, 2, 21, 22),
              (1, 2, 3, 4)), {_SUBJECT: "clear"}),
    SweepCase("boundary: a little above", _rows(*_FIXED[:5], (1, 2, 3, 21), *_FIXED[:2], (1, 2, 21, 22),
              (1, 2, 3, 4)), {_SUBJECT: "hit"}),
    SweepCase("boundary: five quotations", _rows(*_FIXED[:5]), {_SUBJECT: "not_computable"}),
    SweepCase("boundary: eight could be invited", _rows(*_FIXED, eligible=8), {_SUBJECT: "hit"}),
    SweepCase("exclusion: seven could be invited", _rows(*_FIXED, eligible=7), {_SUBJECT: "not_computable"}),
    SweepCase("exclusion: all four were invited", _rows(*_FIXED, eligible=4), {}, values={"eligible_min": 5}),
    SweepCase("boundary: one of them was opened a year ago", _rows(*_FIXED, opened_day=ON_DAY - 365), {}),
    SweepCase("clear: a city that allows more", _rows(*_FIXED), {_SUBJECT: "clear"},
              regional={"share_percent": {410100: 80}}),
    SweepCase("not_computable: nobody knows who could be invited", _rows(*_FIXED, eligible=0),
              {_SUBJECT: "not_computable"}),
)  # fmt: skip
