"""Cases as the figures need them: those open now, and how all of them went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from mall import clock
from mall.database import session
from supervision.cases.watch_case import WatchCase
from supervision.cases.watch_case_states import ENDED, UNDECIDED
from supervision.seeing.ranks import quantile, share_bp
from supervision.seeing.sight import Scope


@dataclass(frozen=True)
class CaseFact:
    """One case; `closed_on` is None while it is open."""

    number: str
    region_code: int
    found_on: date
    closed_on: date | None
    is_confirmed: bool
    is_appealed: bool
    is_overturned: bool


def open_cases(query: Select[Any], scope: Scope) -> Select[Any]:
    """Narrow a query over WatchCase to the cases of a scope that have not ended."""
    return query.where(WatchCase.state.not_in(ENDED), scope.condition(WatchCase.region_code, WatchCase.unit_id))


def cases_by_unit(scope: Scope) -> dict[tuple[int, int | None], int]:
    """{(region, unit): open cases}"""
    query = open_cases(select(WatchCase.region_code, WatchCase.unit_id, func.count()), scope)
    rows = session().execute(query.group_by(WatchCase.region_code, WatchCase.unit_id))
    return {(region, unit): count for region, unit, count in rows}


def all_cases() -> list[CaseFact]:
    """Every case of the province, open or not."""
    query = select(
        WatchCase.number,
        WatchCase.region_code,
        WatchCase.state,
        WatchCase.found_at,
        WatchCase.closed_at,
        WatchCase.appealed_at,
        WatchCase.appeal_decided_by_id,
    ).order_by(WatchCase.id)
    return [
        CaseFact(
            number=row.number,
            region_code=row.region_code,
            found_on=clock.local(row.found_at).date(),
            closed_on=clock.local(row.closed_at).date() if row.closed_at is not None else None,
            is_confirmed=row.state not in (*UNDECIDED, "dismissed"),
            is_appealed=row.appealed_at is not None,
            is_overturned=row.state == "dismissed" and row.appeal_decided_by_id is not None,
        )
        for row in session().execute(query)
    ]


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
