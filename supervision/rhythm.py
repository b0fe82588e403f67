"""Whether something is done by a steady rhythm: the gaps between its days hardly vary.

With the gaps g of n + 1 days, the coefficient of variation (standard deviation of n - 1 degrees of freedom over the
mean) is below `percent` / 100 exactly when n (n sum g^2 - (sum g)^2) 10,000 < (n - 1) (sum g)^2 percent^2: integers
only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from supervision.expressions import before, literal, number, rank


def steady_groups(table: ir.Table, *, by: Sequence[str], day: str, unique: str, least: int, percent: int) -> ir.Table:
    """`by` and the flag `is_steady` of each group: at least `least` rows whose days vary less than `percent`.

    Two rows of one day have a gap of 0 between them: who orders twice instead of once falls out of the rhythm.
    """
    order = [day, unique]
    gaps = table.mutate(_rank=rank(table, by=by, order=order), _before=before(table, day, by=by, order=order))
    gaps = gaps.filter(gaps._rank > 1).mutate(_gap=gaps[day] - gaps._before)
    sums = gaps.group_by(list(by)).aggregate(
        _gaps=lambda t: number(t.count()),
        _sum=lambda t: number(t._gap.sum()),
        _squares=lambda t: number((t._gap * t._gap).sum()),
    )
    spread = sums._gaps * (sums._gaps * sums._squares - sums._sum * sums._sum) * 10_000
    is_steady = (sums._gaps + 1 >= least) & (sums._sum > 0)
    is_steady = is_steady & (spread < (sums._gaps - 1) * sums._sum * sums._sum * percent * percent)
    return sums.select(*by, is_steady=ibis.ifelse(is_steady, literal(1), literal(0)))


def is_steady(days: Sequence[int], *, least: int, percent: int) -> bool:
    """`steady_groups` for the days of one group."""
    ordered = sorted(days)
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    if len(ordered) < least or not sum(gaps):
        return False
    count, total = len(gaps), sum(gaps)
    spread = count * (count * sum(gap * gap for gap in gaps) - total * total) * 10_000
    return spread < (count - 1) * total * total * percent * percent
