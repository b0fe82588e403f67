"""Golden cases of rotation: suppliers 1, 2 and 3 quote in X-01, X-02 ...; 4 and 5 make the market larger than four."""

from __future__ import annotations

from collections.abc import Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT, _OTHER = "sourcing:X-01", "sourcing:M-1"


def _quotation(number: str, day: int, supplier_ids: Sequence[int], winner_id: int,
               **changed: object) -> list[dict[str, object]]:  # fmt: skip
    return [
        {"sourcing_number": number, "supplier_id": supplier_id, "region_code": 410100, "category_code": "A02010105",
         "closed_day": day, "is_valid": 1, "price_fen": 1_000 + (supplier_id != winner_id),
         "is_winner": int(supplier_id == winner_id), **changed}
        for supplier_id in supplier_ids
    ]  # fmt: skip


def _rows(winners: Sequence[int], *, quoting: Sequence[Sequence[int]] | None = None, market: bool = True,
          eligible: int = 0, **changed: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`winners` in the order of time; `quoting`: who quoted each time, if not 1, 2 and 3."""
    quotes: list[dict[str, object]] = []
    for index, winner_id in enumerate(winners, start=1):
        who = quoting[index - 1] if quoting else (1, 2, 3)
        quotes += _quotation(f"X-{index:02}", ON_DAY - 200 + 2 * index, who, winner_id, **changed)
    if market:
        quotes += _quotation("M-1", ON_DAY - 2, (4, 5), 4)
    sourcing = [{"region_code": 410100, "category_code": "A02010105", "eligible_suppliers": eligible}]
    return {"quote": quotes, "sourcing": sourcing}


def _said(word: str, **others: str) -> dict[str, str]:
    return {_SUBJECT: word, _OTHER: "not_computable"} | {f"sourcing:{name}": said for name, said in others.items()}


_TURNS = (1, 2, 3) * 2
_OF_TWO = (1, 2) * 4
CASES = (
    SweepCase("hit: three in turn, six times", _rows(_TURNS), _said("hit"),
              evidence={_SUBJECT: {"sourcing_count": 6, "winner_count": 3, "change_count": 5, "regular_count": 4,
                                   "critical_count": 4, "market_suppliers": 5, "amount_fen": 6_000,
                                   "category_code": "A0201", "region_code": 410100}},
              documents={_SUBJECT: [f"X-{index:02}" for index in range(1, 7)]}),
    SweepCase("hit: two in turn, eight times", _rows(_OF_TWO), _said("hit"),
              evidence={_SUBJECT: {"winner_count": 2, "regular_count": 7, "critical_count": 7}}),
    SweepCase("clear: no order", _rows((1, 1, 2, 3, 3, 1, 2, 2)), _said("clear")),
    SweepCase("clear: one always wins", _rows((1,) * 8), _said("clear")),
    SweepCase("clear: three blocks", _rows((1, 1, 1, 2, 2, 2, 3, 3, 3)), _said("clear")),
    SweepCase("boundary: one step out of turn", _rows((1, 2, 3, 1, 2, 1)), _said("clear")),
    SweepCase("boundary: two in turn, seven times, which chance may bring", _rows(_OF_TWO[:7]),
              _said("not_computable")),
    SweepCase("boundary: two in turn with one repeat among eight", _rows((1, 2, 1, 2, 2, 1, 2, 1)), _said("clear")),
    SweepCase("boundary: five quotations", _rows(_TURNS[:5]), _said("not_computable")),
    SweepCase("clear: four winners", _rows((1, 2, 3, 4, 1, 2, 3, 4), quoting=[(1, 2, 3, 4)] * 8), _said("clear")),
    SweepCase("hit: a fourth quotes now and then", _rows(_TURNS, quoting=[(1, 2, 3), (1, 2, 3, 4)] * 3), _said("hit")),
    SweepCase("boundary: three of five in common are enough",
              _rows(_TURNS, quoting=[(1, 2, 3)] * 5 + [(1, 2, 3, 4, 5)]), _said("hit")),
    SweepCase("boundary: three of six are not",
              _rows(_TURNS, quoting=[(1, 2, 3)] * 5 + [(1, 2, 3, 4, 5, 6)]),
              _said("not_computable", **{"X-06": "not_computable"})),
    SweepCase("exclusion: a market of four", _rows(_TURNS, market=False, eligible=4), {_SUBJECT: "not_applicable"}),
    SweepCase("hit: eight could have been invited", _rows(_TURNS, market=False, eligible=8), {_SUBJECT: "hit"}),
    SweepCase("exclusion: priced by the framework", _rows(_TURNS, is_priced_by_framework=1),
              {_OTHER: "not_applicable"}),
    SweepCase("exclusion: quotations that were not awarded", _rows(_TURNS, is_winner=0), {_OTHER: "not_computable"}),
    SweepCase("not_computable: two quotations", _rows((1, 2)), _said("not_computable")),
)  # fmt: skip
