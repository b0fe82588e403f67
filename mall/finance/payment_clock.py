"""The statutory clock: by when an accepted order must be paid, how late it is, and the interest that has run.

《保障中小企业款项支付条例》（国务院令第802号）: payment within 30 days of delivery, never later than 60 by agreement;
where no rate was agreed, 0.05 % of the amount owed for each day late. Days and rate are regional rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from mall import clock
from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.ordering.order import Order, OrderLine
from mall.regions.regional_rule import rule

#: accepted and not yet paid
UNPAID_STATES = ("accepted", "invoiced", "payment_requested", "in_payment")
PAID_STATES = ("paid", "closed")


@dataclass(frozen=True)
class PaymentClock:
    """One order's clock. `paid_on` is None while it runs; `days_late` is 0 until the day after `due_on`."""

    order: Order
    due_on: date
    paid_on: date | None
    owed_fen: int
    days_late: int
    rate_bp_per_day: int
    interest_fen: int

    @property
    def is_late(self) -> bool:
        return self.days_late > 0


def payment_clocks(orders: Iterable[Order], *, on: date | None = None) -> dict[int, PaymentClock]:
    """{order id: clock} of those orders that have been accepted; `on` is the day to judge by, today if not given."""
    running = [
        order for order in orders if order.payment_due_on is not None and order.state in UNPAID_STATES + PAID_STATES
    ]
    if not running:
        return {}
    ids = [order.id for order in running]
    owed, paid = _owed(ids), _paid_on(ids)
    judged_on = on or clock.today()
    return {
        order.id: _clock_of(order, owed_fen=owed.get(order.id, 0), paid_on=paid.get(order.id), on=judged_on)
        for order in running
    }


def late_interest_fen(owed_fen: int, *, days_late: int, rate_bp_per_day: int) -> int:
    """Simple interest in fen, rounded half up; a basis point is a ten-thousandth."""
    return (owed_fen * days_late * rate_bp_per_day + 5_000) // 10_000


def _clock_of(order: Order, *, owed_fen: int, paid_on: date | None, on: date) -> PaymentClock:
    due_on = order.payment_due_on or on
    days_late = max(0, ((paid_on or on) - due_on).days)
    # Asked only when interest runs: an old order that was paid in time needs no rate.
    rate_bp = (
        rule("payment.late_interest_bp_per_day", region_code=order.region_code, on=due_on).value if days_late else 0
    )
    return PaymentClock(
        order=order,
        due_on=due_on,
        paid_on=paid_on,
        owed_fen=owed_fen,
        days_late=days_late,
        rate_bp_per_day=rate_bp,
        interest_fen=late_interest_fen(owed_fen, days_late=days_late, rate_bp_per_day=rate_bp),
    )


def _owed(order_ids: list[int]) -> dict[int, int]:
    rows = session().execute(
        select(OrderLine.order_id, func.sum(OrderLine.accepted * OrderLine.contract_price_fen))
        .where(OrderLine.order_id.in_(order_ids))
        .group_by(OrderLine.order_id)
    )
    return {order_id: int(amount_fen) for order_id, amount_fen in rows}


def _paid_on(order_ids: list[int]) -> dict[int, date]:
    rows = session().execute(
        select(PaymentRequest.order_id, PaymentRequest.settled_at).where(
            PaymentRequest.order_id.in_(order_ids),
            PaymentRequest.state == "paid",
            PaymentRequest.settled_at.is_not(None),
        )
    )
    return {order_id: clock.local(settled_at).date() for order_id, settled_at in rows}
