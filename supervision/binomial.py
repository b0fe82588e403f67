"""Exact binomial tests as integer tables: SQL has no binomial distribution, and a normal one is too kind to small n.

A third of the orders of three equal bins falls into the middle one where nobody looks at the limit. With k of n in the
middle, the test at level a is significant when P(X >= k | n, 1/3) <= a. Written with the excess e = 3k - n it is
significant exactly for n up to some `largest_trials` of e, because among pairs (n, k) of one excess the tail grows with
n: so a table by excess, which is short, stands for the table by n and k, which is long.
"""

from __future__ import annotations

import functools

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal

#: up to so many trials the test is exact
TRIALS = 3_000
_MILLION = 1_000_000


@functools.cache
def critical_values(level_per_million: int, trials: int = TRIALS) -> tuple[int, ...]:
    """By n from 0 to `trials`: the least k with P(X >= k | n, 1/3) <= level; n + 1 where no k reaches it.

    Exact: `tail` is P(X >= k) * 3**n and `weight` is P(X = k - 1) * 3**n, both moved on from n to n + 1 and from k to
    k + 1 in whole numbers.
    """
    found = [1]
    k, tail, weight, power = 1, 0, 1, 1
    for n in range(1, trials + 1):
        # From n - 1 to n with k kept: P_n(X >= k) = P_(n-1)(X >= k) + P_(n-1)(X = k - 1) / 3.
        tail, power = 3 * tail + weight, power * 3
        weight = weight * 2 * n // (n - k + 1) if n >= k else 0
        if n == k - 1:
            weight = 1
        while tail * _MILLION > level_per_million * power:
            # P(X = k) from P(X = k - 1) by the ratio (n - k + 1) / (2 k).
            weight = weight * (n - k + 1) // (2 * k)
            tail, k = tail - weight, k + 1
        found.append(k)
    return tuple(found)


@functools.cache
def largest_trials(level_per_million: int, trials: int = TRIALS) -> tuple[int, ...]:
    """By excess e = 3k - n from 0 on: the largest n up to `trials` at which it is significant, 0 for none."""
    least_excess = {n: 3 * k - n for n, k in enumerate(critical_values(level_per_million, trials)) if k <= n}
    found = [0] * (max(least_excess.values()) + 1)
    for n, excess in least_excess.items():
        found[excess] = max(found[excess], n)
    for excess in range(3, len(found)):
        # An excess that is significant stays so when it grows; of one n all excesses leave the same rest by 3.
        found[excess] = max(found[excess], found[excess - 3])
    return tuple(found)


def is_significant(trials: ir.IntegerValue, hits: ir.IntegerValue, level_per_million: int) -> ir.BooleanValue:
    """Whether so many of the trials in the middle third are significant at the level.

    Beyond TRIALS the share is asked for that is significant at TRIALS: with more trials the same share says more.
    """
    table = largest_trials(level_per_million)
    excess = hits * 3 - trials
    last = len(table) - 1
    branches = [(excess == at, literal(most)) for at, most in enumerate(table) if most]
    within = trials <= ibis.cases(*branches, else_=ibis.ifelse(excess > last, literal(TRIALS), literal(0)))
    return ibis.ifelse(trials > TRIALS, excess * TRIALS >= trials * last, within)
