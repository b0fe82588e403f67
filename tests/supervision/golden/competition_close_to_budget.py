"""Golden cases of awards close to budget. Units 1 to 20 have five quotations each, none of them close to budget."""

from __future__ import annotations

from collections.abc import Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT = "unit:900"
_BUDGET = 1_000_000


def _quotation(unit_id: int, index: int, won_fen: int, *, quotes: int = 3,
               **changed: object) -> list[dict[str, object]]:  # fmt: skip
    return [
        {"sourcing_number": f"X-{unit_id}-{index}", "unit_id": unit_id, "region_code": 410100, "supplier_id": place,
         "category_code": "A02010105", "budget_fen": _BUDGET, "closed_day": ON_DAY - 20, "is_valid": 1,
         "price_fen": won_fen + place, "is_winner": int(place == 0), **changed}
        for place in range(quotes)
    ]  # fmt: skip


def _rows(won: Sequence[int], *, peers: int = 20, **changed: object) -> dict[str, list[dict[str, object]]]:
    """`won`: what the quotations of unit 900 ended at."""
    quotes = [quote for unit_id in range(1, peers + 1) for index in range(5)
              for quote in _quotation(unit_id, index, 800_000)]  # fmt: skip
    for index, won_fen in enumerate(won):
        quotes += _quotation(900, index, won_fen, **changed)  # type: ignore[arg-type]
    return {"quote": quotes}


def _said(word: str, peers: int = 20) -> dict[str, str]:
    others = {f"unit:{unit_id}": "clear" if peers >= 19 else "not_computable" for unit_id in range(1, peers + 1)}
    return {**others, _SUBJECT: word}


_OTHERS = {name: word for name, word in _said("").items() if name != _SUBJECT}
_CLOSE, _FAR = 995_000, 900_000
CASES = (
    SweepCase("hit: four of five", _rows((_CLOSE,) * 4 + (_FAR,)), _said("hit"),
              evidence={_SUBJECT: {"share_basis_points": 8_000, "close_count": 4, "sourcing_count": 5,
                                   "usual_basis_points": 0, "unit_count": 21, "amount_fen": 3_980_000}},
              documents={_SUBJECT: [f"X-900-{index}" for index in range(4)]}),
    SweepCase("clear: one of five", _rows((_CLOSE,) + (_FAR,) * 4), _said("clear")),
    SweepCase("boundary: half of them", _rows((_CLOSE,) * 3 + (_FAR,) * 3), _said("hit")),
    SweepCase("boundary: less than half", _rows((_CLOSE,) * 3 + (_FAR,) * 4), _said("clear")),
    SweepCase("boundary: at 99 of a hundred", _rows((990_000,) * 5), _said("hit")),
    SweepCase("boundary: a fen less", _rows((989_999,) * 5), _said("clear")),
    SweepCase("boundary: four quotations", _rows((_CLOSE,) * 4), _said("not_computable")),
    SweepCase("clear: all units do", _rows((800_000,) * 5), _said("clear")),
    SweepCase("exclusion: two quotes only", _rows((_CLOSE,) * 5, quotes=2), _said("not_computable")),
    SweepCase("exclusion: no budget", _rows((_CLOSE,) * 5, budget_fen=0), _said("not_computable")),
    SweepCase("exclusion: priced by the framework", _rows((_CLOSE,) * 5, is_priced_by_framework=1), _OTHERS),
    SweepCase("hit: a city that looks at a fifth", _rows((_CLOSE,) + (_FAR,) * 4), _said("hit"),
              regional={"share_percent": {410100: 20}}),
    SweepCase("not_computable: too few units", _rows((_CLOSE,) * 5, peers=18), _said("not_computable", 18)),
)  # fmt: skip
