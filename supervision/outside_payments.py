"""Payments that units made beside the mall, and whether an order or another procurement stands behind them."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from supervision.expressions import left_join, number
from supervision.facts import Facts


def outside_payments(facts: Facts, *, from_day: int) -> ir.Table:
    """Payments beside the mall from a day on, with `ordered_fen`: the total of the order they were tied to."""
    paid = facts.payment
    paid = paid.filter(
        (paid.is_mall == 0) & (paid.amount_fen > 0) & (paid.day >= from_day) & (paid.day <= facts.on_day)
    )
    orders = facts.purchase_order.filter(facts.purchase_order.cancelled_day == 0)
    ordered = orders.select("order_id", ordered_fen=orders.total_fen)
    return left_join(paid, ordered, ("order_id",))


def lacks_order(payment: ir.Table, *, covered_basis_points: Any = 9_900) -> ir.BooleanValue:
    """Whether the order behind a payment, if any, covers less than this share of it."""
    return payment.ordered_fen * 10_000 < payment.amount_fen * covered_basis_points


def is_alike(one_fen: Any, other_fen: Any, basis_points: Any) -> ir.BooleanValue:
    """Whether two amounts differ by no more than this share of the first."""
    return (one_fen - other_fen).abs() * 10_000 <= one_fen * basis_points


def to_mall_suppliers(
    facts: Facts, *, from_day: int, days_before: int, days_after: int, tolerance_basis_points: int
) -> ir.Table:
    """Payments beside the mall to its suppliers, tied to no order, with `fitting_orders`: how many orders of the same
    unit and supplier, not cancelled, of like amount, were submitted from `days_before` before to `days_after` after."""
    paid = outside_payments(facts, from_day=from_day)
    paid = paid.filter((paid.supplier_id > 0) & (paid.order_id == 0))
    orders = facts.purchase_order
    orders = orders.filter((orders.cancelled_day == 0) & (orders.submitted_day > 0)).select(
        ordering_unit_id=orders.unit_id,
        ordered_from_id=orders.supplier_id,
        order_fen=orders.total_fen,
        order_day=orders.submitted_day,
    )
    pairs = paid.join(orders, [paid.unit_id == orders.ordering_unit_id, paid.supplier_id == orders.ordered_from_id])
    fitting = pairs.filter(
        (pairs.order_day >= pairs.day - days_before)
        & (pairs.order_day <= pairs.day + days_after)
        & is_alike(pairs.amount_fen, pairs.order_fen, tolerance_basis_points)
    )
    counted = fitting.group_by("payment_id").aggregate(fitting_orders=lambda t: number(t.count()))
    return left_join(paid, counted, ("payment_id",))
