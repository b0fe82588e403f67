"""Late payments: the orders a person may see that are or were paid late, and the public list of units that owe."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.finance.payment_clock import UNPAID_STATES, PaymentClock, payment_clocks
from mall.finance.payment_request import PaymentRequest
from mall.fulfilment.acceptance import Acceptance
from mall.ordering.order import Order
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import Organisation
from mall.regions.region import code_bounds

MOST_ROWS = 500


@dataclass(frozen=True)
class OverdueUnit:
    """One unit with accepted parts whose day of payment has passed: how many orders, how much, since when."""

    unit_id: int
    name: str
    region_code: int
    orders: int
    owed_fen: int
    longest_days: int


def late_orders(actor: Actor, *, year: int) -> list[PaymentClock]:
    """The clocks of this person's orders of the year that are late and unpaid, then those paid late; latest first."""
    today = clock.today()
    # Paid after the day of some part: whether it was that part, the clock of the order says.
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
    query = visible_to(actor, select(Order)).where(Order.year == year, is_due | paid_late)
    query = query.order_by(is_due.desc(), Order.payment_due_on, Order.id)
    orders = list(session().scalars(query.limit(MOST_ROWS)))
    found = [one for one in payment_clocks(orders).values() if one.is_late]
    return sorted(found, key=lambda one: (one.overdue_fen == 0, -one.days_late, one.order.id))


def overdue_units(*, region_code: int | None = None, on: date | None = None) -> list[OverdueUnit]:
    """Every unit that owes past the day of the law, the longest first; `region_code` narrows to a division."""
    today = on or clock.today()
    query = select(Order).where(Order.state.in_(UNPAID_STATES), Order.payment_due_on < today)
    if region_code is not None:
        lowest, highest = code_bounds(region_code)
        of_region = select(Organisation.id).where(Organisation.region_code.between(lowest, highest))
        query = query.where(Order.unit_id.in_(of_region))
    late: dict[int, list[PaymentClock]] = defaultdict(list)
    for one in payment_clocks(session().scalars(query.order_by(Order.id)), on=today).values():
        if one.overdue_fen:
            late[one.order.unit_id].append(one)
    units = session().scalars(select(Organisation).where(Organisation.id.in_(late)))
    found = [
        OverdueUnit(
            unit_id=unit.id,
            name=unit.name,
            region_code=unit.region_code,
            orders=len(late[unit.id]),
            owed_fen=sum(one.overdue_fen for one in late[unit.id]),
            longest_days=max((today - one.due_on).days for one in late[unit.id]),
        )
        for unit in units
    ]
    return sorted(found, key=lambda unit: (-unit.longest_days, unit.unit_id))
