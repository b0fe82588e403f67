"""Units by size: whoever compares what units do, compares those of one band of staff."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal

#: the largest staff count of each band; whoever has more is in the last band, whose number follows
BAND_ENDS = (20, 100, 500)


def size_band(staff_count: int) -> int:
    """1 for the smallest units; 0 where the staff count is not known."""
    if staff_count <= 0:
        return 0
    return 1 + sum(staff_count > end for end in BAND_ENDS)


def size_band_of(staff_count: ir.IntegerColumn) -> ir.IntegerValue:
    """`size_band` of each row."""
    branches = [(staff_count <= end, literal(band)) for band, end in enumerate((0, *BAND_ENDS))]
    return ibis.cases(*branches, else_=literal(len(BAND_ENDS) + 1))
