"""Golden cases of own-account spending that should be procured."""

from __future__ import annotations

from typing import Any

from tests.supervision.golden_cases import SweepCase

_PAID = {
    "region_code": 410100, "year": 2026, "day": 20_700, "payee_key": "p", "category_code": "A05040101",
    "confidence": 90, "is_in_catalogue": 1,
}  # fmt: skip
_FIRST_DAY = 20_786 - 364
_PEERS = range(11, 18)


def _unit(unit_id: int, real_fen: int, mall_fen: int, **changed: Any) -> list[dict[str, Any]]:
    """A unit whose record is a year long, with one payment from its own account and one through the mall."""
    own = {
        **_PAID,
        "unit_id": unit_id,
        "amount_fen": real_fen,
        "is_real_account": 1,
        "voucher": f"V-{unit_id}",
        **changed,
    }
    mall = {**_PAID, "unit_id": unit_id, "amount_fen": mall_fen, "is_mall": 1, "order_id": 1}
    first = {**_PAID, "unit_id": unit_id, "amount_fen": 1, "category_code": "", "day": _FIRST_DAY}
    return [own, mall, first]


def _history(*judged: dict[str, Any], peers_fen: int = 1_000_000) -> dict[str, list[dict[str, Any]]]:
    """Unit 7 beside seven peers of whose ten million fen each this much went from the own account."""
    payments = list(judged)
    for unit_id in _PEERS:
        payments += _unit(unit_id, peers_fen, 10_000_000 - peers_fen)
    return {"payment": payments, "unit": [{"unit_id": unit_id, "level": 2} for unit_id in (7, *_PEERS)]}


def _outcomes(outcome: str, peers: str = "clear") -> dict[str, str]:
    return {"unit:7": outcome, **{f"unit:{unit_id}": peers for unit_id in _PEERS}}


CASES = (
    SweepCase("hit: half from the own account, peers a tenth", _history(*_unit(7, 5_000_000, 5_000_000)),
              _outcomes("hit"),
              evidence={"unit:7": {"share_basis_points": 5_000, "peers_quartile_3": 1_000, "peers_fence": 1_000,
                                   "peers_quartile_3_count": 8, "amount_fen": 5_000_000, "day": 20_700}},
              documents={"unit:7": ["V-7"]}),
    SweepCase("clear: peers do the same", _history(*_unit(7, 5_000_000, 5_000_000), peers_fen=5_000_000),
              _outcomes("clear")),
    SweepCase("clear: nothing of the catalogue", _history(*_unit(7, 5_000_000, 5_000_000, is_in_catalogue=0)),
              _outcomes("clear")),
    SweepCase("boundary: three tenths", _history(*_unit(7, 3_000_000, 7_000_000)), _outcomes("clear")),
    SweepCase("boundary: a hundredth of a percent more", _history(*_unit(7, 3_001_000, 6_999_000)), _outcomes("hit")),
    SweepCase("boundary: the first day of a whole year", _history(*_unit(7, 5_000_000, 5_000_000)), _outcomes("hit")),
    SweepCase("exclusion: recurring dues", _history(*_unit(7, 5_000_000, 5_000_000, is_recurring=1)),
              _outcomes("clear")),
    SweepCase("exclusion: procured elsewhere", _history(*_unit(7, 5_000_000, 5_000_000, is_procured_elsewhere=1)),
              _outcomes("clear")),
    SweepCase("hit: a region that tightened", _history(*_unit(7, 2_000_000, 8_000_000)), _outcomes("hit"),
              regional={"share_basis_points": {410100: 1_500}}),
    SweepCase("not_computable: less than a year on record", _history(*_unit(7, 5_000_000, 5_000_000)[:2]),
              _outcomes("not_computable", peers="not_computable")),
    SweepCase("not_computable: too few peers", _history(*_unit(7, 5_000_000, 5_000_000)),
              _outcomes("not_computable", peers="not_computable"), values={"least_peers": 9}),
    SweepCase("not_computable: too little spent", _history(*_unit(7, 400_000, 500_000)),
              _outcomes("not_computable", peers="not_computable")),
)  # fmt: skip
