"""The orders that figures count, and those of them that were paid late: one selection for figures and rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, or_, select

from mall import clock
from mall.database import session
from mall.finance.payment_clock import UNPAID_STATES, PaymentClock, payment_clocks
from mall.finance.payment_request import PaymentRequest
from mall.fulfilment.acceptance import Acceptance
from mall.ordering.order import Order
from supervision.seeing.sight import Scope

#: never submitted, handed back, or ended before anything was bought
NOT_BOUGHT = ("draft", "returned", "cancelled", "declined")
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class OrderWish:
    """Which orders: of a scope, submitted from `since` up to and with `until`; the rest narrows further.

    `least_fen` is the least total, `below_fen` the first that is too large.
    """

    scope: Scope
    since: date
    until: date
    supplier_id: int | None = None
    mode: str = ""
    least_fen: int | None = None
    below_fen: int | None = None


def year_of(scope: Scope, year: int) -> OrderWish:
    """All orders of the scope submitted in a year."""
    return OrderWish(scope, date(year, 1, 1), date(year, 12, 31))


def start_of(day: date) -> datetime:
    """The first instant of a day in Shanghai."""
    return datetime.combine(day, time.min, tzinfo=_SHANGHAI)


def submitted_between(query: Select[Any], since: date, until: date) -> Select[Any]:
    """Orders bought, by the day of their submission; whose, the caller says."""
    return query.where(
        Order.state.not_in(NOT_BOUGHT),
        Order.submitted_at >= start_of(since),
        Order.submitted_at < start_of(until + timedelta(days=1)),
    )


def watched_orders(query: Select[Any], wanted: OrderWish) -> Select[Any]:
    """Narrow a query over Order to what is wished for; the scope was found in sight before."""
    query = submitted_between(query, wanted.since, wanted.until)
    query = query.where(wanted.scope.condition(Order.region_code, Order.unit_id))
    if wanted.supplier_id is not None:
        query = query.where(Order.supplier_id == wanted.supplier_id)
    if wanted.mode:
        query = query.where(Order.mode == wanted.mode)
    if wanted.least_fen is not None:
        query = query.where(Order.total_fen >= wanted.least_fen)
    if wanted.below_fen is not None:
        query = query.where(Order.total_fen < wanted.below_fen)
    return query


def late_clocks(wanted: OrderWish) -> list[PaymentClock]:
    """The clocks of those orders that are or were paid after their day, what is still owed first, the latest on top."""
    return late_among(watched_orders(select(Order), wanted))


def late_among(query: Select[Any]) -> list[PaymentClock]:
    """The same of any query over Order."""
    today = clock.today()
    # Paid after the day of some part; whether it was that part, the clock of the order says.
    paid_late = exists(
        select(PaymentRequest.id)
        .join(Acceptance, Acceptance.order_id == PaymentRequest.order_id)
        .where(
            PaymentRequest.order_id == Order.id,
            PaymentRequest.state == "paid",
            func.date(func.timezone("Asia/Shanghai", PaymentRequest.settled_at))
            > func.coalesce(Acceptance.due_on, Order.payment_due_on),
        )
    )
    is_due = (Order.payment_due_on < today) & Order.state.in_(UNPAID_STATES)
    orders = list(session().scalars(query.where(or_(is_due, paid_late)).order_by(Order.id)))
    found = [one for one in payment_clocks(orders).values() if one.is_late]
    return sorted(found, key=lambda one: (one.overdue_fen == 0, -one.days_late, one.order.id))


def spent_by_unit(wanted: OrderWish) -> dict[tuple[int, int], tuple[int, int]]:
    """{(region, unit): (orders, fen)}"""
    rows = session().execute(
        watched_orders(select(Order), wanted)
        .with_only_columns(Order.region_code, Order.unit_id, func.count(), func.sum(Order.total_fen))
        .group_by(Order.region_code, Order.unit_id)
    )
    return {(region, unit): (count, int(fen)) for region, unit, count, fen in rows}
