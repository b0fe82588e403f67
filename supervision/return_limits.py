"""How many returned lines are still within what chance explains: upper limits of the beta-binomial distribution.

A supplier's own rate of returns differs from his category's even when all is well, so the plain binomial flags too
many. The rate is taken as Beta-distributed round the category's, with the correlation 1/50 within a supplier
(alpha + beta = 49). Limits are integers: worked out once in fixed-point numbers of forty digits, for a grid of
category rates and numbers of lines that is always rounded up, so that the probability of going beyond a limit is at
most one in a hundred.
"""

from __future__ import annotations

import functools

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal, whole

#: rates of a category in basis points, and numbers of lines; both are rounded up to the next of the grid
RATES_BASIS_POINTS = (50, 100, 200, 300, 500, 800, 1200, 2000, 3000, 5000)
LINE_COUNTS = (10, 12, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 500, 1000)
#: alpha + beta = 1/correlation - 1
CONCENTRATION = 49
_ONE = 10**40


@functools.cache
def return_limit(line_count: int, rate_basis_points: int) -> int:
    """The smallest number that at most one in a hundred honest suppliers with so many lines exceed."""
    alpha, beta = CONCENTRATION * rate_basis_points, CONCENTRATION * (10_000 - rate_basis_points)
    probability = _ONE
    for step in range(line_count):
        probability = probability * (beta + step * 10_000) // (alpha + beta + step * 10_000)
    together, returned = probability, 0
    while together * 100 < 99 * _ONE and returned < line_count:
        above = (line_count - returned) * (alpha + returned * 10_000)
        probability = probability * above // ((returned + 1) * (beta + (line_count - returned - 1) * 10_000))
        returned += 1
        together += probability
    return returned


def limit_of(line_count: ir.IntegerColumn, rate_basis_points: ir.IntegerColumn) -> ir.IntegerValue:
    """The limit of each row. Above the grid: in proportion of the most lines (the share allowed only falls with their
    number), and no limit below all lines for a category that sends more than half of them back.
    """
    branches = []
    most = LINE_COUNTS[-1]
    for rate in RATES_BASIS_POINTS:
        by_count = [(line_count <= count, literal(return_limit(count, rate))) for count in LINE_COUNTS]
        beyond = whole(line_count * return_limit(most, rate), most)
        branches.append((rate_basis_points <= rate, ibis.cases(*by_count, else_=beyond)))
    return ibis.cases(*branches, else_=line_count)
