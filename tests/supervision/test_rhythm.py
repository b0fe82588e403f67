"""The rhythm of one group, in plain Python: what the facts of an order are gathered by."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from supervision.rhythm import is_steady


def _every(days: int, count: int) -> list[int]:
    return [20_000 + days * step for step in range(count)]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (_every(30, 6), True),
        (_every(30, 5), False),
        ([*_every(30, 6), 20_000], False),
        ([20_000] * 6, False),
        ([20_000, 20_028, 20_060, 20_088, 20_121, 20_150], True),
        ([20_000, 20_005, 20_060, 20_070, 20_121, 20_150], False),
    ],
    ids=["monthly", "too few", "twice on one day", "all on one day", "nearly monthly", "at random"],
)
def test_a_rhythm_is_known_by_its_gaps(days: list[int], expected: bool) -> None:
    assert is_steady(days, least=6, percent=20) is expected


def test_the_boundary_is_that_of_the_coefficient_of_variation() -> None:
    wrong = []
    for shift in range(30):
        days = [20_000, 20_030, 20_060 + shift, 20_090 + shift, 20_120, 20_150]
        gaps = [30, 30 + shift, 30, 30 - shift, 30]
        if is_steady(days, least=6, percent=20) != (stdev(gaps) / mean(gaps) < 0.2):
            wrong.append(shift)

    assert wrong == []
