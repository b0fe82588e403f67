"""Payments that belong to an order, with what of the order judges them."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, subject
from supervision.facts import Facts


def order_payments(facts: Facts, *, from_day: int) -> ir.Table:
    """Payments of orders from a day on, with `is_order_known` and the order's `order_supplier_id`."""
    paid = facts.payment
    paid = paid.filter(
        (paid.order_id > 0) & (paid.amount_fen > 0) & (paid.day >= from_day) & (paid.day <= facts.on_day)
    )
    orders = facts.purchase_order
    orders = orders.select("order_id", order_supplier_id=orders.supplier_id, is_order_known=literal(1))
    return left_join(paid, orders, ("order_id",))


def paid_orders(facts: Facts, *, from_day: int) -> ir.Table:
    """One row per order with a payment from a day on: `all_paid_fen` over all its days, `paid_early_fen` of it before
    anything was accepted, `last_paid_day`, and what the order says of itself. `is_order_known` 0: only payments are.
    """
    paid = facts.payment
    paid = paid.filter((paid.order_id > 0) & (paid.amount_fen > 0) & (paid.day <= facts.on_day))
    is_early = (paid.accepted_day == 0) | (paid.day < paid.accepted_day)
    sums = (
        paid.mutate(early_fen=is_early.ifelse(paid.amount_fen, literal(0)))
        .group_by(["order_id", "unit_id", "region_code"])
        .aggregate(
            all_paid_fen=lambda t: number(t.amount_fen.sum()),
            paid_early_fen=lambda t: number(t.early_fen.sum()),
            last_paid_day=lambda t: number(t.day.max()),
        )
    )
    orders = facts.purchase_order
    orders = orders.select(
        "order_id", "number", "supplier_id", "accepted_fen", "accepted_day", "refunded_fen", "prepayment_fen",
        is_order_known=literal(1),
    )  # fmt: skip
    return left_join(sums.filter(sums.last_paid_day >= from_day), orders, ("order_id",))


def payments_of_orders(facts: Facts) -> ir.Table:
    """The documents behind each order: its payments."""
    paid = facts.payment.filter(facts.payment.order_id > 0)
    return paid.select(
        subject=subject("order", paid.order_id), document=paid.voucher, day=paid.day, amount_fen=paid.amount_fen
    )
