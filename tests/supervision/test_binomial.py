"""The tables of critical values are those of the exact binomial distribution."""

from __future__ import annotations

from math import comb

import pytest

from supervision.binomial import TRIALS, critical_values, largest_trials

_MILLION = 1_000_000


def _tail(n: int, k: int) -> int:
    """P(X >= k | n, 1/3) * 3**n."""
    return sum(comb(n, hits) * 2 ** (n - hits) for hits in range(k, n + 1))


@pytest.mark.parametrize("level", [10, 100, 1_000, 10_000])
def test_a_critical_value_is_the_least_that_is_significant(level: int) -> None:
    values = critical_values(level)
    wrong = [
        n
        for n in (*range(1, 60), 200, 500, TRIALS)
        if _tail(n, values[n]) * _MILLION > level * 3**n or _tail(n, values[n] - 1) * _MILLION <= level * 3**n
    ]

    assert wrong == []
    assert values[0] == 1


@pytest.mark.parametrize("level", [10, 10_000])
def test_the_table_by_excess_says_what_the_table_by_trials_says(level: int) -> None:
    values, largest = critical_values(level), largest_trials(level)
    wrong = []
    for n in (*range(1, 200), 500, TRIALS - 1, TRIALS):
        for k in range((n + 2) // 3, n + 1):
            excess = 3 * k - n
            most = largest[excess] if excess < len(largest) else TRIALS
            if (n <= most) != (k >= values[n]):
                wrong.append((n, k))

    assert wrong == []
