"""Golden cases of the rush at the end of the year; the 31 December 2026 is day 20,818."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_LAST_DAY = 20_818
_PEERS = range(11, 20)
_PAID = {"region_code": 410100, "category_code": "A05040101", "confidence": 90}


def _year(unit_id: int, year: int, rush_fen: int, **changed: Any) -> list[dict[str, Any]]:
    """Ten million fen in a year, so much of them on 21 November, the rest the day before."""
    rush_day = {2023: 19_682, 2024: 20_048, 2025: 20_413, 2026: 20_778}[year]
    row = {**_PAID, "unit_id": unit_id, "year": year, **changed}
    return [
        {**row, "day": rush_day, "amount_fen": rush_fen, "voucher": f"V-{unit_id}-{year}"},
        {**row, "day": rush_day - 1, "amount_fen": 10_000_000 - rush_fen},
    ]


def _history(*judged: dict[str, Any], peers_fen: int = 1_000_000, **tables: Any) -> dict[str, list[dict[str, Any]]]:
    """Unit 7 beside nine peers that spent so much of ten million fen at the end of 2026."""
    payments = list(judged)
    for unit_id in _PEERS:
        payments += _year(unit_id, 2026, peers_fen)
    units = [{"unit_id": unit_id, "level": 3} for unit_id in (7, *_PEERS)]
    return {"payment": payments, "unit": units, **tables}


def _own(rush_fen: int, *earlier_fen: int, **changed: Any) -> list[dict[str, Any]]:
    """Unit 7 in 2026 and in the years before it."""
    rows = _year(7, 2026, rush_fen, **changed)
    for year, fen in zip((2025, 2024, 2023), earlier_fen, strict=False):
        rows += _year(7, year, fen)
    return rows


def _outcomes(outcome: str) -> dict[str, str]:
    return {"unit:7:2026": outcome, **{f"unit:{unit_id}:2026": "not_computable" for unit_id in _PEERS}}


_SUBJECT = "unit:7:2026"
_STEADY = (2_000_000, 1_000_000, 2_500_000)
_LATE = {"unit_id": 7, "year": 2026, "is_late_allocation": 1}

CASES = (
    SweepCase("hit: six tenths, where it was two and the peers' is one", _history(*_own(6_000_000, *_STEADY)),
              _outcomes("hit"), on_day=_LAST_DAY,
              evidence={_SUBJECT: {"share_basis_points": 6_000, "own_median": 2_000, "peers_high": 1_000,
                                   "peers_high_count": 10, "amount_fen": 6_000_000}},
              documents={_SUBJECT: ["V-7-2026"]}),
    SweepCase("clear: it was always so", _history(*_own(6_000_000, 5_000_000, 5_000_000, 5_000_000)),
              _outcomes("clear"), on_day=_LAST_DAY),
    SweepCase("clear: the peers rush too", _history(*_own(6_000_000, *_STEADY), peers_fen=7_000_000),
              _outcomes("clear"), on_day=_LAST_DAY),
    SweepCase("boundary: exactly 35 hundredths", _history(*_own(3_500_000, *_STEADY)), _outcomes("clear"),
              on_day=_LAST_DAY),
    SweepCase("boundary: a hundredth of a percent more", _history(*_own(3_501_000, *_STEADY)), _outcomes("hit"),
              on_day=_LAST_DAY),
    SweepCase("boundary: exactly 15 hundredths above its own", _history(*_own(4_000_000, 2_500_000, 2_500_000, 0)),
              _outcomes("clear"), on_day=_LAST_DAY),
    SweepCase("boundary: a hundredth of a percent above that", _history(*_own(4_001_000, 2_500_000, 2_500_000, 0)),
              _outcomes("hit"), on_day=_LAST_DAY),
    SweepCase("hit: seen in the next spring", _history(*_own(6_000_000, *_STEADY)), _outcomes("hit"),
              on_day=_LAST_DAY + 90),
    SweepCase("hit: on 21 November only that day counts in every year", _history(*_own(6_000_000, *_STEADY)),
              _outcomes("hit"), on_day=20_778),
    SweepCase("boundary: on 20 November the year before is judged", _history(*_own(6_000_000, *_STEADY)),
              {"unit:7:2025": "not_computable"}, on_day=20_777),
    SweepCase("exclusion: the budget came late", _history(*_own(6_000_000, *_STEADY), budget_line=[
        {**_LATE, "appropriation_fen": 2_001}, {**_LATE, "appropriation_fen": 7_999, "is_late_allocation": 0}]),
        _outcomes("not_applicable"), on_day=_LAST_DAY),
    SweepCase("boundary: a fifth of the budget came late", _history(*_own(6_000_000, *_STEADY), budget_line=[
        {**_LATE, "appropriation_fen": 2_000}, {**_LATE, "appropriation_fen": 8_000, "is_late_allocation": 0}]),
        _outcomes("hit"), on_day=_LAST_DAY),
    SweepCase("exclusion: recurring dues", _history(
        *_own(3_000_000, *_STEADY), {**_PAID, "unit_id": 7, "year": 2026, "day": 20_800, "amount_fen": 9_000_000,
                                     "is_recurring": 1}), _outcomes("clear"), on_day=_LAST_DAY),
    SweepCase("hit: a region that tightened", _history(*_own(3_200_000, 1_000_000, 1_000_000, 1_000_000)),
              _outcomes("hit"), on_day=_LAST_DAY, regional={"share_basis_points": {410100: 3_000}}),
    SweepCase("not_computable: two years on record", _history(*_own(6_000_000, *_STEADY[:2])),
              _outcomes("not_computable"), on_day=_LAST_DAY),
)  # fmt: skip
