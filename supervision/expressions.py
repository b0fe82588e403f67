"""Small Ibis expressions that mean the same on every engine; rules are written with these.

The traps they keep away: counts that are unsigned on ClickHouse, `lag` that gives 0 there and null elsewhere,
quantiles that each engine interpolates in its own way, division that is a float here and an integer there, joins
whose missing side is null or 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import ibis
import ibis.expr.operations as operations
import ibis.expr.types as ir
from ibis.common.deferred import deferrable

from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, SWEEP_COLUMNS


@deferrable
def _as_64_bits(value: Any) -> ir.IntegerValue:
    cast: ir.IntegerValue = operations.Cast(value, to="int64").to_expr()
    return cast


def number(value: Any) -> ir.IntegerValue:
    """`value` as a 64-bit integer, 0 where it is null. Every count and sum goes through it.

    The cast is a node of its own: `value.cast("int64")` leaves out what Ibis takes for 64 bits already, but a count is
    unsigned in ClickHouse, a sum is 128 bits wide in DuckDB and a decimal in PostgreSQL.
    """
    return ibis.coalesce(_as_64_bits(value), ibis.literal(0, type="int64"))


def literal(value: int) -> ir.IntegerValue:
    """A constant of 64 bits; written plainly it has 32 in SQL, and the product of two of them overflows."""
    return _as_64_bits(ibis.literal(value, type="int64"))


def text(value: str) -> ir.StringValue:
    return ibis.literal(value, type="string")


def whole(part: Any, by: Any) -> ir.IntegerValue:
    """part // by for part >= 0 and a positive constant or column, exact below 2**53."""
    return (part / by).floor().cast("int64")


def count_over(table: ir.Table, by: Sequence[str]) -> ir.IntegerValue:
    """How many rows each row's group has, beside each row."""
    return number(table.count().over(ibis.window(group_by=list(by))))


def sum_over(column: ir.IntegerColumn, table: ir.Table, by: Sequence[str]) -> ir.IntegerValue:
    """The sum of each row's group, beside each row."""
    return number(column.sum().over(ibis.window(group_by=[table[name] for name in by])))


def running_sum(table: ir.Table, column: str, *, by: Sequence[str], order: Sequence[str]) -> ir.IntegerValue:
    """The sum of the group's rows up to and with this one. `order` ends with a unique column."""
    window = ibis.window(group_by=list(by), order_by=list(order), preceding=None, following=0)
    return number(table[column].sum().over(window))


def before(table: ir.Table, column: str, *, by: Sequence[str], order: Sequence[str], steps: int = 1) -> ir.IntegerValue:
    """The value `steps` rows earlier in the group, 0 where there is none: guard with `> 0`."""
    window = ibis.window(group_by=list(by), order_by=list(order))
    return number(table[column].lag(steps, 0).over(window))


def after(table: ir.Table, column: str, *, by: Sequence[str], order: Sequence[str], steps: int = 1) -> ir.IntegerValue:
    """The value `steps` rows later in the group, 0 where there is none: guard with `> 0`."""
    window = ibis.window(group_by=list(by), order_by=list(order))
    return number(table[column].lead(steps, 0).over(window))


def rank(table: ir.Table, *, by: Sequence[str], order: Sequence[Any]) -> ir.IntegerValue:
    """1, 2, 3 ... within the group. `order` ends with a unique column."""
    return number(ibis.row_number().over(ibis.window(group_by=list(by), order_by=list(order)))) + 1


def quantile_by(
    table: ir.Table, column: str, *, by: Sequence[str], percent: int, name: str, unique: str, of: int = 100
) -> ir.Table:
    """One row per group: `by`, `name` = the smallest value that at least `percent` of `of` rows do not exceed, and
    `<name>_count` = how many rows there were.

    A rank, not an interpolation: the same integer on every engine, and always a value that somebody had.
    """
    ranked = table.mutate(
        _rank=rank(table, by=by, order=[column, unique]),
        _count=count_over(table, by),
    )
    is_first = (ranked._rank * of >= ranked._count * percent) & ((ranked._rank - 1) * of < ranked._count * percent)
    wanted = ranked.filter(is_first)
    return wanted.select(*by, **{name: wanted[column], f"{name}_count": wanted._count})


def left_join(left: ir.Table, right: ir.Table, on: Sequence[str]) -> ir.Table:
    """All rows of `left` with the columns of `right`; 0 and "" where there is no partner. `right` is unique by `on`."""
    others = [name for name in right.columns if name not in on]
    renamed = right.select(**{f"_on_{name}": right[name] for name in on}, **{name: right[name] for name in others})
    # As a view: where `right` was made from `left`, Ibis would take `left.name` for the column of `right` that came
    # from it, and join every row with every row.
    left = left.view()
    joined = left.left_join(renamed, [left[name] == renamed[f"_on_{name}"] for name in on])
    filled = {}
    for name in others:
        empty = ibis.literal("", type="string") if right[name].type().is_string() else literal(0)
        filled[name] = ibis.coalesce(joined[name], empty)
    return joined.select(*left.columns, **filled)


def stacked(first: ir.Table, second: ir.Table) -> ir.Table:
    """The rows of both, which have the same columns; whether a column may be null need not agree."""
    same = [
        table.cast({name: kind(nullable=True) for name, kind in table.schema().items()}) for table in (first, second)
    ]
    return same[0].union(same[1])


def inner_join(left: ir.Table, right: ir.Table, on: Sequence[str]) -> ir.Table:
    """The rows of `left` with those of `right` that agree `on` these columns; the other columns differ in name."""
    others = [name for name in right.columns if name not in on]
    renamed = right.select(**{f"_on_{name}": right[name] for name in on}, **{name: right[name] for name in others})
    left = left.view()
    joined = left.inner_join(renamed, [left[name] == renamed[f"_on_{name}"] for name in on])
    return joined.select(*left.columns, *others)


def outcome(*, not_applicable: Any = None, not_computable: Any = None, hit: Any) -> ir.StringValue:
    """The outcome of each row: not applicable before not computable before hit before clear."""
    conditions = ((not_applicable, NOT_APPLICABLE), (not_computable, NOT_COMPUTABLE), (hit, HIT))
    branches = [(condition, text(word)) for condition, word in conditions if condition is not None]
    return ibis.cases(*branches, else_=text(CLEAR))


def subject(*parts: Any) -> ir.StringValue:
    """A subject's key from constants and columns: subject("unit", t.unit_id, t.category_code) -> "unit:12:A0201"."""
    words = [text(part) if isinstance(part, str) else part.cast("string") for part in parts]
    joined = words[0]
    for word in words[1:]:
        joined = joined + text(":") + word
    return joined


def sweep_rows(table: ir.Table, *, evidence: Iterable[str] = (), **columns: Any) -> ir.Table:
    """The columns of a sweep in their order, and those of the evidence: as given, else the table's own of that name.

    What is neither given nor in the table is 0 or "". Raises TypeError for a column that is neither a sweep's nor
    the evidence's.
    """
    texts = ("subject", "outcome", "category_code", "document")
    chosen = {}
    for name in (*SWEEP_COLUMNS, *evidence):
        given = columns.pop(name, table[name] if name in table.columns else None)
        if given is None:
            given = text("") if name in texts else literal(0)
        chosen[name] = given
    if columns:
        raise TypeError(f"no columns of a sweep: {sorted(columns)}")
    return table.select(**chosen)
