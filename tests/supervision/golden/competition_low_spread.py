"""Golden cases of low spread: suppliers 1, 2 and 3 meet again and again; others (11, 12 ...) quote honestly beside."""

from __future__ import annotations

from collections.abc import Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

#: close together, and the lowest far from the losers, which are close to each other
_COVER = (980_000, 1_000_000, 1_001_000)
#: wide
_WIDE = (900_000, 1_000_000, 1_200_000)
#: close together, but the lowest no farther from the second than the second from the third
_NEAR = (980_000, 990_000, 1_001_000)
#: the coefficient of variation is 5 % as nearly as parts of 100,000 allow: below it, and not
_BELOW, _ABOVE = (915_380, 999_000, 1_000_000), (915_379, 999_000, 1_000_000)


def _quotation(number: str, day: int, supplier_ids: Sequence[int], totals: Sequence[int],
               **changed: object) -> list[dict[str, object]]:  # fmt: skip
    return [
        {"sourcing_number": number, "supplier_id": supplier_id, "region_code": 410100, "category_code": "A02010105",
         "closed_day": day, "is_valid": 1, "price_fen": price_fen, "is_winner": int(price_fen == min(totals)),
         **changed}
        for supplier_id, price_fen in zip(supplier_ids, totals, strict=True)
    ]  # fmt: skip


def _rows(met: Sequence[Sequence[int]], *, honest: int = 38, honest_hits: int = 2, groups: Sequence[int] = (),
          **changed: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`met`: totals of the quotations of suppliers 1, 2, 3; `honest`: how many others, `honest_hits` of them narrow."""
    quotes: list[dict[str, object]] = []
    for index, totals in enumerate(met):
        quotes += _quotation(f"X-{index:02}", ON_DAY - 100 + index, (1, 2, 3)[: len(totals)], totals, **changed)
    for index in range(honest):
        others = (100 + 3 * index, 101 + 3 * index, 102 + 3 * index)
        quotes += _quotation(f"H-{index}", ON_DAY - 50, others, _COVER if index < honest_hits else _WIDE)
    return {"quote": quotes, "supplier": [{"supplier_id": one, "group_key": "G1"} for one in groups]}


def _said(word: str) -> dict[str, str]:
    return {f"suppliers:{pair}:A0201": word for pair in ("1:2", "1:3", "2:3")}


#: (2 + 1) / (38 + 2) is 8 percent; by chance ten quotations have six hits less than once in ten thousand
_SUBJECT = "suppliers:1:2:A0201"
CASES = (
    SweepCase("hit: all ten", _rows([_COVER] * 10), _said("hit"),
              evidence={_SUBJECT: {"met_count": 10, "hit_count": 10, "critical_count": 6, "honest_percent": 8,
                                   "honest_count": 38, "supplier_id": 1, "other_supplier_id": 2,
                                   "amount_fen": 9_800_000, "region_code": 410100}},
              documents={_SUBJECT: [f"X-{index:02}" for index in range(10)]}),
    SweepCase("clear: wide quotes", _rows([_WIDE] * 10), _said("clear")),
    SweepCase("clear: close together, but none stands apart", _rows([_NEAR] * 10), _said("clear")),
    SweepCase("boundary: six of ten", _rows([_COVER] * 6 + [_WIDE] * 4), _said("hit")),
    SweepCase("boundary: five of ten", _rows([_COVER] * 5 + [_WIDE] * 5), _said("clear")),
    SweepCase("boundary: variation a little below the limit", _rows([_BELOW] * 10), _said("hit")),
    SweepCase("boundary: variation a little above it", _rows([_ABOVE] * 10), _said("clear")),
    SweepCase("boundary: nine quotations", _rows([_COVER] * 9), _said("not_computable")),
    SweepCase("hit: of more than sixty the latest count", _rows([_WIDE] * 40 + [_COVER] * 60), _said("hit"),
              evidence={_SUBJECT: {"met_count": 60, "hit_count": 60}}),
    SweepCase("exclusion: priced by the framework", _rows([_COVER] * 10, is_priced_by_framework=1), {}),
    SweepCase("exclusion: two quotes only", _rows([_COVER[:2]] * 10), {}),
    SweepCase("clear: only two of three quotes are valid", _rows([_COVER] * 10, is_valid=0), {}),
    SweepCase("exclusion: honest quotations of the class are as narrow", _rows([_COVER] * 10, honest_hits=30),
              _said("not_computable")),
    SweepCase("hit: quotations of relatives do not make the honest rate",
              _rows([_COVER] * 10, honest=60, honest_hits=20, groups=range(100, 163)), _said("hit"),
              evidence={_SUBJECT: {"honest_count": 39, "honest_percent": 3}}),
    SweepCase("not_computable: too few others", _rows([_COVER] * 10, honest=29), _said("not_computable")),
)  # fmt: skip
