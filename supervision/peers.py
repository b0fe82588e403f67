"""A unit beside its peers: the units of the same level (province, city, county)."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, quantile_by, whole


def basis_points(part_fen: Any, total_fen: Any) -> ir.IntegerValue:
    """part / total in hundredths of a percent, 0 where the total is below one yuan.

    Both are cut to yuan first: up to a hundred billion yuan the quotient of two exact doubles has the same floor on
    every engine.
    """
    total = ibis.greatest(whole(total_fen, 100), ibis.literal(1, type="int64"))
    return ibis.ifelse(total_fen < 100, 0, whole(whole(part_fen, 100) * 10_000, total)).cast("int64")


def with_level(table: ir.Table, unit: ir.Table) -> ir.Table:
    """`table` with the level of its unit, 0 for a unit that is not known."""
    return left_join(table, unit.select("unit_id", "level"), ("unit_id",))


def beside_peers(table: ir.Table, peers: ir.Table, column: str, *, percent: int, name: str) -> ir.Table:
    """`table` with the quantile of `column` among `peers` of the row's level, and `<name>_count` = how many those are.

    Both have `level` and one row per `unit_id`.
    """
    quantile = quantile_by(peers, column, by=("level",), percent=percent, name=name, unique="unit_id")
    return left_join(table, quantile, ("level",))
