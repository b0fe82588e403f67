"""Ratios and squares of columns in 64-bit integers: scaled before they could overflow, the same on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, quantile_by, whole

#: amounts up to it are squared as they are; 100 times the square still fits into 64 bits
SQUARED_MAX = 200_000_000
_STEP = 10_000


def ratio(part: Any, of: Any, scale: int) -> ir.IntegerValue:
    """part * scale // of for part >= 0, exact while part * scale is below 2**53; 0 where `of` is 0.

    The quotient of two integers below 2**53 is never rounded up to a whole number that it does not reach, so the
    division of doubles means the same everywhere.
    """
    divisor = ibis.greatest(of, literal(1))
    return number(ibis.cases((of > 0, ((part * literal(scale)) / divisor).floor().cast("int64")), else_=literal(0)))


def squarable(amount: Any, largest: Any) -> ir.IntegerValue:
    """`amount` in a unit in which `largest`, the largest of those it is compared with, may be squared.

    Fen up to two million yuan; above that 100 yuan, and a million yuan above twenty thousand million.
    """
    return ibis.cases(
        (largest <= SQUARED_MAX, amount),
        (largest <= SQUARED_MAX * _STEP, whole(amount, _STEP)),
        else_=whole(amount, _STEP * _STEP),
    )


def quartiles(table: ir.Table, column: str, *, by: Sequence[str], unique: str) -> ir.Table:
    """One row per group: `by`, quartile_1, quartile_3 and peer_count; ranks, as `quantile_by` takes them."""
    lower = quantile_by(table, column, by=by, percent=25, name="quartile_1", unique=unique)
    upper = quantile_by(table, column, by=by, percent=75, name="quartile_3", unique=unique)
    upper = upper.select(*by, "quartile_3", peer_count=upper.quartile_3_count)
    return left_join(lower.select(*by, "quartile_1"), upper, by)
