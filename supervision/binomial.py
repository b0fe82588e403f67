"""Exact binomial tests as integer tables: SQL has no binomial distribution, and a normal one is too kind to small n.

A third of the orders of three equal bins falls into the middle one where nobody looks at the limit. With k of n in the
middle, the test at level a is significant when P(X >= k | n, 1/3) <= a. Written with the excess e = 3k - n it is
significant exactly for n up to some `largest_trials` of e, because among pairs (n, k) of one excess the tail grows with
n: so a table by excess, which is short, stands for the table by n and k, which is long.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal, whole

#: up to so many trials the test is exact
TRIALS = 1_000
_MILLION = 1_000_000
_BASE = TRIALS + 1


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


def with_level(table: ir.Table, *, trials: str, hits: str, levels: Sequence[int], name: str) -> ir.Table:
    """`table` with the smallest of the levels at which so many hits of its trials are significant, 0 for none.

    `levels` ascend. Beyond TRIALS the share is asked for that is significant at TRIALS: with more trials the same share
    says more. The tables of all levels are packed into one number per excess, TRIALS + 1 to the power of the level's
    place: the engines are slower in reading many branches than in taking a number apart.
    """
    tables = [largest_trials(level) for level in levels]
    packed = _packed(tables)
    excess = table[hits] * 3 - table[trials]
    branches = [(excess == at, literal(number)) for at, number in enumerate(packed) if number]
    rest = ibis.ifelse(excess >= len(packed), literal(_pack([TRIALS] * len(levels))), literal(0))
    found = table.mutate(_excess=excess, _packed=ibis.cases(*branches, else_=rest))
    known = []
    for place, (level, largest) in enumerate(zip(levels, tables, strict=True)):
        most = whole(found._packed, _BASE**place) - whole(found._packed, _BASE ** (place + 1)) * _BASE
        is_beyond = (found[trials] > TRIALS) & (found._excess * TRIALS >= found[trials] * (len(largest) - 1))
        known.append(((found[trials] > 0) & ((found[trials] <= most) | is_beyond), literal(level)))
    return found.mutate(**{name: ibis.cases(*known, else_=literal(0))}).drop("_excess", "_packed")


def _packed(tables: Sequence[Sequence[int]]) -> list[int]:
    longest = max(len(table) for table in tables)
    # Past its end a table holds all trials: what is significant at TRIALS is so at fewer.
    return [_pack([table[at] if at < len(table) else TRIALS for table in tables]) for at in range(longest)]


def _pack(numbers: Sequence[int]) -> int:
    return sum(number * _BASE**place for place, number in enumerate(numbers))
