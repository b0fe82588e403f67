"""The ranks and limits that stand for statistics are what exact arithmetic says."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from supervision.median_interval import lower_rank
from supervision.return_limits import CONCENTRATION, LINE_COUNTS, RATES_BASIS_POINTS, return_limit


def test_a_bound_of_the_median_is_exceeded_at_most_once_in_eighty() -> None:
    ranks = {count: lower_rank(count) for count in range(1, 600)}
    too_bold = [
        count
        for count, rank in ranks.items()
        if sum(comb(count, heads) for heads in range(rank)) * 80 > 2**count
    ]  # fmt: skip

    assert too_bold == []
    assert (ranks[7], ranks[8], ranks[20], ranks[100]) == (0, 1, 5, 39)


@pytest.mark.parametrize("rate", RATES_BASIS_POINTS)
@pytest.mark.parametrize("line_count", [10, 20, 50])
def test_a_limit_of_returns_is_the_smallest_of_one_percent(line_count: int, rate: int) -> None:
    limit = return_limit(line_count, rate)

    assert _probability_beyond(limit, line_count, rate) * 100 <= 1
    assert _probability_beyond(limit - 1, line_count, rate) * 100 > 1


def test_limits_grow_with_lines_and_with_the_rate() -> None:
    rows = [[return_limit(count, rate) for count in LINE_COUNTS] for rate in RATES_BASIS_POINTS]

    assert all(row == sorted(row) for row in rows)
    assert all(list(column) == sorted(column) for column in zip(*rows, strict=True))


def _probability_beyond(returned: int, line_count: int, rate: int) -> Fraction:
    alpha = Fraction(CONCENTRATION * rate, 10_000)
    within = sum((_probability(one, line_count, alpha) for one in range(returned + 1)), start=Fraction(0))
    return 1 - within


def _probability(returned: int, line_count: int, alpha: Fraction) -> Fraction:
    beta = CONCENTRATION - alpha
    kept = line_count - returned
    ways = comb(line_count, returned)
    return ways * _rising(alpha, returned) * _rising(beta, kept) / _rising(alpha + beta, line_count)


def _rising(start: Fraction, steps: int) -> Fraction:
    product = Fraction(1)
    for step in range(steps):
        product *= start + step
    return product
