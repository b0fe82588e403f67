"""Which rows of a sweep an approval covers: by unit, beginning of the category, day, and number of pieces."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import left_join, literal, running_sum
from supervision.facts import Facts


def with_approval(
    facts: Facts, rows: ir.Table, *, kind: str, key: str, day: str, quantity: str = "", name: str = "is_approved"
) -> ir.Table:
    """`rows` with the column `name`: 1 where an approval of this kind was in force on the row's `day`, else 0.

    `rows` has `unit_id`, `category_code` and the unique column `key`. With `quantity` an approval for a number of
    pieces covers the rows in the order of their days, as long as the pieces taken so far do not exceed that number.
    """
    approvals = facts.approval.filter(facts.approval.kind == kind).select(
        _unit_id="unit_id", _class="category_code", _approval_id="approval_id", _from="from_day", _until="until_day",
        _pieces="quantity",
    )  # fmt: skip
    asked = rows.select(
        **{key: rows[key]}, _asks=rows.unit_id, _category=rows.category_code, _day=rows[day],
        _wanted=rows[quantity] if quantity else literal(0),
    )  # fmt: skip
    met = asked.inner_join(approvals, asked._asks == approvals._unit_id)
    met = met.filter(
        met._category.startswith(met._class) & (met._from <= met._day) & ((met._until == 0) | (met._until >= met._day))
    )
    met = met.mutate(_taken=running_sum(met, "_wanted", by=("_approval_id",), order=("_day", key)))
    covered = met.filter((met._pieces == 0) | (met._taken <= met._pieces)) if quantity else met
    return left_join(rows, covered.select(key).distinct().mutate(**{name: literal(1)}), (key,))
