"""Late payments: the orders a person may see that are or were paid late, and the public list of units that owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, cast, func, select

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.finance.payment_clock import UNPAID_STATES, PaymentClock, payment_clocks
from mall.finance.payment_request import PaymentRequest
from mall.ordering.order import Order, OrderLine
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import Organisation
from mall.regions.region import code_bounds

MOST_ROWS = 500


@dataclass(frozen=True)
class OverdueUnit:
    """One unit with accepted orders whose day of payment has passed: how many, how much, since when."""

    unit_id: int
    name: str
    region_code: int
    orders: int
    owed_fen: int
    longest_days: int


def late_orders(actor: Actor, *, year: int) -> list[PaymentClock]:
    """The clocks of this person's orders of the year that are late and unpaid, then those paid late; latest first."""
    today = clock.today()
    paid_late = (
        select(PaymentRequest.order_id)
        .where(
            PaymentRequest.order_id == Order.id,
            PaymentRequest.state == "paid",
            func.date(func.timezone("Asia/Shanghai", PaymentRequest.settled_at)) > Order.payment_due_on,
        )
        .exists()
    )
    query = visible_to(actor, select(Order)).where(
        Order.year == year,
        Order.payment_due_on < today,
        Order.state.in_(UNPAID_STATES) | paid_late,
    )
    query = query.order_by(Order.state.in_(UNPAID_STATES).desc(), Order.payment_due_on, Order.id)
    orders = list(session().scalars(query.limit(MOST_ROWS)))
    found = [one for one in payment_clocks(orders).values() if one.is_late]
    return sorted(found, key=lambda one: (one.paid_on is not None, -one.days_late, one.order.id))


def overdue_units(*, region_code: int | None = None, on: date | None = None) -> list[OverdueUnit]:
    """Every unit that owes past the day of the law, the longest first; `region_code` narrows to a division."""
    today = on or clock.today()
    owed = (
        select(
            OrderLine.order_id,
            func.sum(OrderLine.accepted * OrderLine.contract_price_fen).label("owed_fen"),
        )
        .group_by(OrderLine.order_id)
        .subquery()
    )
    query = (
        select(
            Organisation.id,
            Organisation.name,
            Organisation.region_code,
            func.count(Order.id),
            cast(func.sum(owed.c.owed_fen), Order.total_fen.type),
            cast(func.max(today - Order.payment_due_on), Integer),
        )
        .join(Order, Order.unit_id == Organisation.id)
        .join(owed, owed.c.order_id == Order.id)
        .where(Order.state.in_(UNPAID_STATES), Order.payment_due_on < today)
        .group_by(Organisation.id, Organisation.name, Organisation.region_code)
        .order_by(func.max(today - Order.payment_due_on).desc(), Organisation.id)
    )
    if region_code is not None:
        lowest, highest = code_bounds(region_code)
        query = query.where(Organisation.region_code.between(lowest, highest))
    return [OverdueUnit(*row) for row in session().execute(query)]
