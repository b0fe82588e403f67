"""How cases went: days to close, the appeal rate, and no rate of nothing."""

from __future__ import annotations

from datetime import date, timedelta

from supervision.seeing.case_facts import CaseFact, effect_of

FOUND = date(2026, 3, 2)


def case(
    number: str, *, days: int | None = None, confirmed: bool = False, appealed: bool = False, overturned: bool = False
) -> CaseFact:
    closed_on = None if days is None else FOUND + timedelta(days=days)
    return CaseFact(number, 410100, FOUND, closed_on, confirmed, appealed, overturned)


def test_days_to_close_are_of_closed_cases_alone() -> None:
    found = effect_of([case(str(days), days=days) for days in (1, 2, 3, 4, 10)] + [case("open")])

    assert (found.case_count, found.closed_count) == (6, 5)
    assert (found.median_days, found.late_days) == (3, 10)


def test_appeal_rate_is_of_the_cases_once_confirmed() -> None:
    found = effect_of([
        case("a", confirmed=True), case("b", confirmed=True, appealed=True), case("c", appealed=True, overturned=True),
        case("d"),
    ])  # fmt: skip

    assert (found.decided_count, found.appeal_count) == (3, 2)
    assert (found.appeal_rate_bp, found.overturn_rate_bp) == (6_666, 5_000)


def test_without_cases_there_are_no_rates() -> None:
    found = effect_of([])

    assert (found.median_days, found.appeal_rate_bp, found.overturn_rate_bp) == (None, None, None)
