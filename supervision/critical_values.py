"""Critical values of exact tests: worked out in whole numbers here, looked up by an expression on any engine.

SQL cannot sum a binomial tail. Therefore a test is a table: for each number of trials the smallest number of hits that
chance alone reaches more rarely than the level allows. A table is packed into one text of fixed width, because a text
and `substr` are the one thing that every engine has.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal, number, text

_WIDTH = 2
#: the longest series that is tested: of a longer one the latest
TRIALS_MAX = 60


@functools.cache
def binomial_critical(trials: int, chance_percent: int, level_per_million: int) -> int:
    """The smallest h with P(at least h hits) < level, for independent trials that hit by `chance_percent`.

    P(X >= h) = sum over i from h to n of C(n, i) p**i (1 - p)**(n - i), compared as whole numbers over 100**n.
    `trials` + 1 where not even hits throughout are rare enough.
    """
    allowed = level_per_million * 100**trials
    tail = 0
    for hits in range(trials, -1, -1):
        tail += math.comb(trials, hits) * chance_percent**hits * (100 - chance_percent) ** (trials - hits)
        if tail * 1_000_000 >= allowed:
            return hits + 1
    return 0


@functools.cache
def rotation_critical(inquiries: int, winners: int, level_per_million: int) -> int:
    """The smallest number of regular steps that `inquiries` inquiries show more rarely than the level.

    Each inquiry is won by one of `winners` (2 or 3) with the same chance, independent of those before it; any other
    chances make regular steps rarer still. With two winners a step is regular when the winner changes; with three,
    when the winner differs from the last two and these from each other. `inquiries` + 1 where it cannot be reached.
    """
    ways = _ways_of_two(inquiries) if winners == 2 else _ways_of_three(inquiries)
    allowed = level_per_million * winners**inquiries
    tail = 0
    for steps in range(len(ways) - 1, -1, -1):
        tail += ways[steps]
        if tail * 1_000_000 >= allowed:
            return steps + 1 if steps + 1 < len(ways) else inquiries + 1
    return 0


def _ways_of_two(inquiries: int) -> list[int]:
    """How many of the 2**n sequences have 0, 1, 2 ... changes."""
    return [2 * math.comb(inquiries - 1, changes) for changes in range(inquiries)]


def _ways_of_three(inquiries: int) -> list[int]:
    """How many of the 3**n sequences have 0, 1, 2 ... places where three in a row are three."""
    if inquiries < 2:
        return [3**inquiries]
    # Sequences by their regular steps so far: those whose last two are equal, and those whose last two differ.
    equal, different = [3], [6]
    for _ in range(inquiries - 2):
        longer = max(len(equal), len(different)) + 1
        equal += [0] * (longer - len(equal))
        different += [0] * (longer - len(different))
        equal, different = (
            [equal[steps] + different[steps] for steps in range(longer)],
            [2 * equal[steps] + different[steps] + (different[steps - 1] if steps else 0) for steps in range(longer)],
        )
    return [one + other for one, other in zip(equal, different, strict=True)]


def packed(values: Sequence[int]) -> str:
    """The values as one text of two digits each. Raises ValueError for one that does not fit."""
    if any(not 0 <= value < 10**_WIDTH for value in values):
        raise ValueError("a packed value has one or two digits")
    return "".join(f"{value:0{_WIDTH}}" for value in values)


def looked_up(table: str, index: Any) -> ir.IntegerValue:
    """The value at `index` of a packed table, as an expression; beyond its ends the first or the last."""
    last = len(table) // _WIDTH - 1
    # Sums are wider than 64 bits on some engines, and `substr` takes no such number.
    within = ibis.greatest(ibis.least(index, literal(last)), literal(0)).cast("int32")
    return number(text(table).substr(within * _WIDTH, _WIDTH).cast("int64"))
