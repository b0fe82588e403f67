"""Orders by class of category: what splitting rules add up."""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir

from supervision.categories import class_code
from supervision.expressions import left_join, number
from supervision.facts import Facts

_ORDER = (
    "order_id", "number", "unit_id", "parent_id", "region_code", "supplier_id", "submitted_day", "cancelled_day",
    "address_key",
)  # fmt: skip


def class_orders(facts: Facts, *, mode: str, from_day: int) -> ir.Table:
    """One row per order and class of category: what of it the order bought, and `asset_lines` among its lines."""
    lines = facts.order_line
    lines = lines.filter(
        (lines.mode == mode) & (lines.submitted_day >= from_day) & (lines.submitted_day <= facts.on_day)
    )
    lines = lines.filter(lines.submitted_day > 0).mutate(class_code=class_code(lines.category_code))
    return lines.group_by([*_ORDER, "class_code"]).aggregate(
        amount_fen=lambda t: number(t.amount_fen.sum()), asset_lines=lambda t: number(t.is_asset.sum())
    )


def most_alike(groups: ir.Table, rows: ir.Table, column: str, *, by: Sequence[str], name: str) -> ir.Table:
    """`groups` with the largest number of orders among `rows` of the group that have one value of `column`."""
    same = rows.group_by([*by, column]).aggregate(orders=lambda t: number(t.order_id.nunique()))
    most = same.group_by(list(by)).aggregate(**{name: lambda t: number(t.orders.max())})
    return left_join(groups, most, by)
