"""Golden cases of relative distance: suppliers 1, 2, 3 and sometimes 4 meet again and again."""

from __future__ import annotations

from collections.abc import Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

_THREE, _FOUR = "suppliers:1:2:3", "suppliers:1:2:3:4"
_COVER = (900_000, 1_000_000, 1_010_000)
_HONEST = (900_000, 1_000_000, 1_100_000)
_COVER_OF_FOUR = (900_000, 1_000_000, 1_005_000, 1_010_000)


def _rows(*quotations: Sequence[int], **changed: object) -> dict[str, list[dict[str, object]]]:
    """The totals of suppliers 1, 2 ... in each quotation; 0 for one who does not quote."""
    return {
        "quote": [
            {"sourcing_number": f"X-{index}", "supplier_id": supplier_id, "price_fen": price_fen, "is_valid": 1,
             "region_code": 410100, "category_code": "A02010105", "closed_day": ON_DAY - 60 + index, **changed}
            for index, totals in enumerate(quotations)
            for supplier_id, price_fen in enumerate(totals, start=1) if price_fen
        ]
    }  # fmt: skip


def _of_four(three: str, *, others: str, four: str) -> dict[str, str]:
    return {_THREE: three, "suppliers:1:2:4": others, "suppliers:1:3:4": others, "suppliers:2:3:4": others, _FOUR: four}


#: a fourth, honest one, who quotes anywhere: in the midst of the ring's gap, or above
_HIDDEN = [(*_COVER, fourth) for fourth in (930_000, 960_000, 1_100_000, 950_000, 920_000)]
CASES = (
    SweepCase("hit: five of five", _rows(*[_COVER] * 5), {_THREE: "hit"},
              evidence={_THREE: {"suppliers": "1:2:3", "size": 3, "met_count": 5, "distant_count": 5,
                                 "critical_count": 5, "supplier_id": 1, "amount_fen": 4_500_000}},
              documents={_THREE: [f"X-{index}" for index in range(5)]}),
    SweepCase("clear: even steps", _rows(*[_HONEST] * 5), {_THREE: "clear"}),
    SweepCase("clear: three of six are no more than half", _rows(*[_COVER] * 3, *[_HONEST] * 3), {_THREE: "clear"}),
    SweepCase("boundary: four of five, as chance may bring", _rows(*[_COVER] * 4, _HONEST), {_THREE: "clear"}),
    SweepCase("boundary: nine of twelve", _rows(*[_COVER] * 9, *[_HONEST] * 3), {_THREE: "hit"},
              evidence={_THREE: {"critical_count": 9}}),
    SweepCase("boundary: eight of twelve", _rows(*[_COVER] * 8, *[_HONEST] * 4), {_THREE: "clear"}),
    SweepCase("boundary: a distance of exactly three", _rows(*[(400_000, 850_000, 1_000_000)] * 5),
              {_THREE: "clear"}),
    SweepCase("boundary: a little more", _rows(*[(399_000, 850_000, 1_000_000)] * 5), {_THREE: "hit"}),
    SweepCase("boundary: four quotations", _rows(*[_COVER] * 4), {_THREE: "not_computable"}),
    SweepCase("clear: losers alike and the lowest beside them", _rows(*[(1_000_000,) * 3] * 5), {_THREE: "clear"}),
    SweepCase("hit: all four", _rows(*[_COVER_OF_FOUR] * 5), _of_four("hit", others="hit", four="hit") | {
              "suppliers:2:3:4": "clear"},
              evidence={_FOUR: {"size": 4, "met_count": 5, "distant_count": 5, "critical_count": 5}}),
    SweepCase("hit: a ring of three beside an honest fourth", _rows(*_HIDDEN), _of_four("hit", others="clear",
              four="clear")),
    SweepCase("hit: a ring that meets with others each time",
              _rows(*[(*_COVER, *(0,) * index, 1_100_000) for index in range(5)]), {_THREE: "hit"}),
    SweepCase("exclusion: priced by the framework", _rows(*[_COVER] * 5, is_priced_by_framework=1), {}),
    SweepCase("exclusion: quotes that are not valid", _rows(*[_COVER] * 5, is_valid=0), {}),
    SweepCase("exclusion: more quotes than are looked at", _rows(*[_COVER_OF_FOUR] * 5), {}, values={"quotes_max": 3}),
    SweepCase("boundary: met three times", _rows(*[_COVER] * 3), {}),
    SweepCase("not_computable: met four times, honestly", _rows(*[_HONEST] * 4), {_THREE: "not_computable"}),
)  # fmt: skip
