"""Golden cases of equal and regular quotes."""

from __future__ import annotations

from collections.abc import Sequence

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_SUBJECT = "sourcing:X-1"
_QUOTE = {"sourcing_number": "X-1", "unit_id": 7, "region_code": 410100, "category_code": "A02010105",
          "closed_day": ON_DAY - 3, "is_valid": 1}  # fmt: skip


def _rows(totals: Sequence[int], *lines: Sequence[int], **changed: object) -> dict[str, list[dict[str, object]]]:
    """`totals` in fen of suppliers 1, 2 ...; `lines`: the line prices of each."""
    quotes = [{**_QUOTE, "supplier_id": index, "price_fen": price_fen, **changed}
              for index, price_fen in enumerate(totals, start=1)]  # fmt: skip
    quotes += [
        {**_QUOTE, "supplier_id": index, "line_no": line_no, "price_fen": price_fen, **changed}
        for index, prices in enumerate(lines, start=1)
        for line_no, price_fen in enumerate(prices, start=1)
    ]
    return {"quote": quotes}


def _given(totals: Sequence[int], *lines: Sequence[int], fixed: int = 0) -> dict[str, object]:
    return {"totals_fen": list(totals), "line_prices_fen": [list(one) for one in lines],
            "is_priced_by_framework": fixed}  # fmt: skip


_PRICES = (10_000, 25_000, 40_000, 52_000, 80_000, 100_000)
#: three percent dearer and two yuan on top
_DEARER = tuple(price * 103 // 100 + 200 for price in _PRICES)
_HONEST = (10_500, 24_100, 41_800, 50_600, 82_900, 98_000)
#: one line in six off by one percent
_ONE_OFF = (*_DEARER[:3], _DEARER[3] * 101 // 100, *_DEARER[4:])
_TWO = (307_000, 317_410)
#: a dear server and five cables: any two quotes lie on a line
_SERVER = (9_000_000, 2_000, 3_000, 4_000, 5_000, 6_000)
_SERVER_OTHER = (9_500_000, 2_600, 2_400, 4_900, 4_100, 6_600)

CASES = (
    SweepCase("hit: equal totals", _rows((500_000, 500_000, 610_000)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"pattern": "equal", "equal_count": 1, "quote_count": 3, "amount_fen": 500_000}}),
    SweepCase("clear: totals of their own", _rows((500_000, 530_000, 610_000)), {_SUBJECT: "clear"}),
    SweepCase("boundary: a fen apart", _rows((500_000, 500_001, 610_000)), {_SUBJECT: "clear"}),
    SweepCase("hit: even steps of four", _rows((500_000, 520_000, 540_000, 560_900)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"pattern": "even", "gap_basis_points": 16}}),
    SweepCase("boundary: steps of four at the limit", _rows((500_000, 520_000, 540_000, 561_061)), {_SUBJECT: "clear"}),
    SweepCase("boundary: steps of four a fen below it", _rows((500_000, 520_000, 540_000, 561_060)),
              {_SUBJECT: "hit"}),
    SweepCase("hit: even steps of three", _rows((500_000, 530_000, 560_000)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"pattern": "even", "gap_basis_points": 0}}),
    SweepCase("clear: nearly even steps of three, as chance brings them", _rows((500_000, 530_000, 560_500)),
              {_SUBJECT: "clear"}),
    SweepCase("hit: lines on one line", _rows(_TWO, _PRICES, _DEARER), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"pattern": "linear", "linear_pairs": 1}}),
    SweepCase("clear: honest lines", _rows(_TWO, _PRICES, _HONEST), {_SUBJECT: "clear"}),
    SweepCase("clear: one line off by a percent", _rows(_TWO, _PRICES, _ONE_OFF), {_SUBJECT: "clear"}),
    SweepCase("boundary: five lines", _rows(_TWO, _PRICES[1:], _DEARER[1:]), {_SUBJECT: "hit"}),
    SweepCase("boundary: four lines", _rows(_TWO, _PRICES[2:], _DEARER[2:]), {_SUBJECT: "clear"}),
    SweepCase("clear: prices that hardly differ", _rows(_TWO, (10_000, 10_001, 10_002, 10_003, 10_004),
              (10_100, 10_101, 10_102, 10_103, 10_104)), {_SUBJECT: "clear"}),
    SweepCase("clear: a line that falls", _rows(_TWO, _PRICES, tuple(reversed(_PRICES))), {_SUBJECT: "clear"}),
    SweepCase("exclusion: small lines beside a dear one", _rows(_TWO, _SERVER, _SERVER_OTHER), {_SUBJECT: "clear"}),
    SweepCase("hit: prices of a hundred million yuan", _rows(_TWO, [price * 1_000_000 for price in _PRICES],
              [price * 1_000_000 for price in _DEARER]), {_SUBJECT: "hit"}),
    SweepCase("exclusion: priced by the framework", _rows((500_000, 500_000), is_priced_by_framework=1),
              {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: quotes that are not valid", _rows((500_000, 500_000), is_valid=0), {}),
    SweepCase("not_computable: a single quote", _rows((500_000,)), {_SUBJECT: "not_computable"}),
    CheckCase("hit: equal totals at close", _given((500_000, 610_000, 500_000)), "hit", amount_fen=500_000,
              facts={"pattern": "equal", "equal_count": 1}),
    CheckCase("clear: totals of their own at close", _given((500_000, 530_000, 610_000)), "clear"),
    CheckCase("hit: even steps of four at close", _given((560_900, 520_000, 500_000, 540_000)), "hit",
              facts={"pattern": "even", "gap_basis_points": 16}),
    CheckCase("boundary: steps of four at the limit at close", _given((500_000, 520_000, 540_000, 561_061)), "clear"),
    CheckCase("hit: lines on one line at close", _given(_TWO, _PRICES, _DEARER), "hit",
              facts={"pattern": "linear", "linear_pairs": 1}),
    CheckCase("clear: honest lines at close", _given(_TWO, _PRICES, _HONEST), "clear"),
    CheckCase("clear: one line off by a percent at close", _given(_TWO, _PRICES, _ONE_OFF), "clear"),
    CheckCase("exclusion: small lines beside a dear one at close", _given(_TWO, _SERVER, _SERVER_OTHER), "clear"),
    CheckCase("exclusion: priced by the framework at close", _given((1, 1), fixed=1), "not_applicable"),
    CheckCase("not_computable: a single quote at close", _given((500_000,)), "not_computable"),
)  # fmt: skip
