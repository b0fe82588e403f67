"""The median of each group with an interval by ranks: integers on every engine, and no assumption on the spread.

The value of rank r lies above the true median with the probability P(B < r), where B counts heads in n throws of a
fair coin (the sign test turned round). Throws are near enough to normal for (n + 1 - 2r)^2 >= z^2 n to pick the
rank; `SQUARED_WIDTH` is rounded up so far that P(B < r) stays below 1.25 % for every n, which a test proves exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from supervision.expressions import count_over, left_join, number, quantile_by, rank

#: z^2 in hundredths for one side of 1.25 % (z = 2.2414, z^2 = 5.024), rounded up to stay on the safe side
SQUARED_WIDTH = 515


def lower_rank(count: int) -> int:
    """The highest rank whose value is at most the true median with 98.75 % at least; 0 where `count` is too small."""
    found = 0
    while 2 * (found + 1) <= count + 1 and (count - 1 - 2 * found) ** 2 * 100 >= SQUARED_WIDTH * count:
        found += 1
    return found


def median_with_bounds(table: ir.Table, column: str, *, by: Sequence[str], unique: str, name: str) -> ir.Table:
    """One row per group: `by`, `name` (the lower median), `<name>_count`, `<name>_low` and `<name>_high`.

    The bounds are 0 where a group is too small to have any. Both together hold with 97.5 % at least, so that the
    ratio of one group's low to another's high is a bound of the ratio of the medians with 97.5 %.
    """
    middle = quantile_by(table, column, by=by, percent=50, name=name, unique=unique)
    ranked = table.mutate(_count=count_over(table, by), _rank=rank(table, by=by, order=[column, unique]))
    ranked = ranked.mutate(_from_below=ranked._count + 1 - ranked._rank * 2)
    ranked = ranked.mutate(_is_outside=ranked._from_below * ranked._from_below * 100 >= ranked._count * SQUARED_WIDTH)
    below = ranked.filter(ranked._is_outside & (ranked._from_below > 0))
    below = below.group_by(list(by)).aggregate(**{f"{name}_low": number(below[column].max())})
    above = ranked.filter(ranked._is_outside & (ranked._from_below < 0))
    above = above.group_by(list(by)).aggregate(**{f"{name}_high": number(above[column].min())})
    return left_join(left_join(middle, below, by), above, by)
