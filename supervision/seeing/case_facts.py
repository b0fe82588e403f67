"""Cases as the figures need them. Whoever keeps the cases gives them by `use_cases`; without it they show as a dash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from supervision.seeing.ranks import quantile, share_bp


@dataclass(frozen=True)
class CaseFact:
    """One case. `region_code` 0 and `unit_id` None where there is none; `closed_on` None while it is open."""

    number: str
    region_code: int
    unit_id: int | None
    amount_fen: int
    found_on: date
    closed_on: date | None
    is_confirmed: bool
    is_appealed: bool
    is_overturned: bool

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


CaseSource = Callable[[], Iterable[CaseFact]]
_sources: list[CaseSource] = []


def use_cases(source: CaseSource) -> None:
    """Let the figures read cases from here; the last one given holds."""
    _sources[:] = [source]


def forget_cases() -> None:
    """No source any more; for tests."""
    _sources.clear()


def all_cases() -> list[CaseFact] | None:
    """Every case of the province; None where nobody keeps any."""
    return list(_sources[0]()) if _sources else None


@dataclass(frozen=True)
class CaseEffect:
    """How cases went. Days are calendar days from the day a case was found to the day it was closed.

    `appeal_rate_bp`: of the cases confirmed at first, appealed or not, those that were appealed against;
    `overturn_rate_bp`: of the appeals, those that were granted.
    """

    case_count: int
    closed_count: int
    median_days: int | None
    late_days: int | None
    decided_count: int
    appeal_count: int
    appeal_rate_bp: int | None
    overturn_rate_bp: int | None


def effect_of(cases: Iterable[CaseFact]) -> CaseEffect:
    """The figures of these cases."""
    known = list(cases)
    days = [(case.closed_on - case.found_on).days for case in known if case.closed_on is not None]
    # An appeal that was granted turned the case into a dismissed one: it had been confirmed before.
    decided = [case for case in known if case.is_confirmed or case.is_appealed]
    appealed = [case for case in decided if case.is_appealed]
    return CaseEffect(
        case_count=len(known),
        closed_count=len(days),
        median_days=quantile(days, 50),
        late_days=quantile(days, 90),
        decided_count=len(decided),
        appeal_count=len(appealed),
        appeal_rate_bp=share_bp(len(appealed), len(decided)),
        overturn_rate_bp=share_bp(sum(case.is_overturned for case in appealed), len(appealed)),
    )
