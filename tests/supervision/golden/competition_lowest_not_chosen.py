"""Golden cases of dearer quotes that were chosen: supplier 1 quotes 1,000 yuan, supplier 2 is chosen."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_SUBJECT = "sourcing:X-1"
_QUOTE = {"sourcing_number": "X-1", "unit_id": 7, "region_code": 410100, "category_code": "A02010105",
          "closed_day": ON_DAY - 3, "is_valid": 1}  # fmt: skip
_REASON = "需与三号楼现有交换机堆叠"


def _rows(chosen_fen: int = 110_000, *, reason: str = "", earlier: int = 0, lower_is_valid: int = 1,
          **changed: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`earlier`: other quotations of the unit with the same reason, in which the only quote was chosen."""
    quotes = [
        {**_QUOTE, "supplier_id": 1, "price_fen": 100_000, "is_valid": lower_is_valid, **changed},
        {**_QUOTE, "supplier_id": 2, "price_fen": chosen_fen, "is_winner": 1, "choice_reason": reason, **changed},
    ]
    quotes += [
        {**_QUOTE, "sourcing_number": f"Z-{index}", "supplier_id": 2, "price_fen": 1, "is_winner": 1,
         "choice_reason": reason}
        for index in range(earlier)
    ]  # fmt: skip
    return {"quote": quotes}


def _said(word: str, earlier: int = 0) -> dict[str, str]:
    return {_SUBJECT: word} | {f"sourcing:Z-{index}": "clear" for index in range(earlier)}


_GIVEN = {"chosen_fen": 110_000, "lowest_fen": 100_000, "choice_reason": "", "reason_uses": 0}
CASES = (
    SweepCase("hit: a tenth dearer without a word", _rows(), _said("hit"),
              evidence={_SUBJECT: {"chosen_fen": 110_000, "lowest_fen": 100_000, "lowest_supplier_id": 1,
                                   "supplier_id": 2, "amount_fen": 10_000}},
              documents={_SUBJECT: ["X-1", "X-1"]}),
    SweepCase("hit: words that say nothing", _rows(reason="综合考虑"), _said("hit")),
    SweepCase("clear: the lowest was chosen", _rows(90_000), _said("clear")),
    SweepCase("boundary: exactly three percent", _rows(103_000), _said("clear")),
    SweepCase("boundary: a fen more", _rows(103_001), _said("hit")),
    SweepCase("exclusion: a reason of its own", _rows(reason=_REASON), _said("clear")),
    SweepCase("boundary: used twice elsewhere", _rows(reason=_REASON, earlier=2), _said("clear", 2)),
    SweepCase("boundary: used three times elsewhere", _rows(reason=_REASON, earlier=3), _said("hit", 3),
              evidence={_SUBJECT: {"reason_uses": 3, "choice_reason": _REASON}}),
    SweepCase("exclusion: the lower quote is not valid", _rows(lower_is_valid=0), _said("clear")),
    SweepCase("boundary: a year ago", _rows(closed_day=ON_DAY - 365), {}),
    SweepCase("clear: a city that allows more", _rows(), _said("clear"),
              regional={"excess_basis_points": {410100: 1_500}}),
    SweepCase("not_computable: no quote is marked valid", _rows(is_valid=0), _said("not_computable")),
    CheckCase("hit: no reason at award", _GIVEN, "hit", amount_fen=10_000, facts={"chosen_fen": 110_000}),
    CheckCase("hit: blank words at award", {**_GIVEN, "choice_reason": " 无 "}, "hit"),
    CheckCase("boundary: three percent at award", {**_GIVEN, "chosen_fen": 103_000}, "clear"),
    CheckCase("exclusion: a reason of its own at award", {**_GIVEN, "choice_reason": _REASON}, "clear"),
    CheckCase("hit: a reason used before", {**_GIVEN, "choice_reason": _REASON, "reason_uses": 3}, "hit"),
    CheckCase("not_computable: no valid quote known", {**_GIVEN, "lowest_fen": None}, "not_computable"),
)  # fmt: skip
