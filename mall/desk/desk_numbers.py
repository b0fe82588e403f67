"""The few numbers and short lists that a start page shows beside the to-do list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from ledger.budget_lines import BudgetLine, LineBalance, balances, lines_of_unit
from mall import clock
from mall.access.actor import UNIT_ROLES, Actor
from mall.catalogue.listing import Listing
from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.ordering.list_orders import STAGES
from mall.ordering.order import Order, load_lines
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import Organisation, organisation_names

#: states of a payment request that somebody still waits for
PAYMENTS_UNDER_WAY = ("requested", "approved", "sent")


@dataclass(frozen=True)
class StageNumber:
    """How many orders stand in one stage, and their sum in fen."""

    stage: str
    count: int
    amount_fen: int


def numbers_by_state(actor: Actor, *, year: int) -> dict[str, tuple[int, int]]:
    """{state: (orders, fen)} of the orders this actor may see in the year."""
    query = visible_to(actor, select(Order)).where(Order.year == year)
    rows = session().execute(
        query.with_only_columns(Order.state, func.count(), func.sum(Order.total_fen)).group_by(Order.state)
    )
    return {state: (count, int(amount_fen)) for state, count, amount_fen in rows}


def numbers_by_stage(actor: Actor, *, year: int) -> list[StageNumber]:
    """The stages of the road with how much stands in each; stages without orders are left out."""
    by_state = numbers_by_state(actor, year=year)
    numbers = []
    for stage, states in STAGES.items():
        found = [by_state[state] for state in states if state in by_state]
        if found:
            numbers.append(StageNumber(stage, sum(one[0] for one in found), sum(one[1] for one in found)))
    return numbers


@dataclass(frozen=True)
class RecentOrders:
    """A few orders with the names their rows need."""

    orders: list[Order]
    names: dict[int, str]


def recent_orders(actor: Actor, *, limit: int) -> RecentOrders:
    """The latest orders that she drew up herself."""
    orders = list(
        session().scalars(select(Order).where(Order.handler_id == actor.user_id).order_by(Order.id.desc()).limit(limit))
    )
    load_lines(orders)
    return RecentOrders(orders=orders, names=organisation_names({order.supplier_id for order in orders}))


@dataclass(frozen=True)
class LineOnDesk:
    """A budget line with where its money stands."""

    line: BudgetLine
    balance: LineBalance


def budget_on_desk(actor: Actor) -> list[LineOnDesk]:
    """The procurement lines of the actor's units for this year."""
    unit_ids = actor.organisations_as(*UNIT_ROLES)
    lines: list[BudgetLine] = []
    for unit in session().scalars(select(Organisation).where(Organisation.id.in_(unit_ids)).order_by(Organisation.id)):
        lines += lines_of_unit(session(), region_code=unit.region_code, year=clock.today().year, unit_id=unit.id)
    lines = [line for line in lines if line.is_procurement]
    stand = balances(session(), [line.id for line in lines]) if lines else {}
    return [LineOnDesk(line=line, balance=stand[line.id]) for line in lines]


def payments_under_way(*, unit_ids: tuple[int, ...] = (), supplier_ids: tuple[int, ...] = ()) -> list[PaymentRequest]:
    """Payment requests of these units or to these suppliers that are not settled, oldest first; at most 50."""
    query = select(PaymentRequest).where(
        PaymentRequest.state.in_(PAYMENTS_UNDER_WAY),
        PaymentRequest.unit_id.in_(unit_ids) | PaymentRequest.supplier_id.in_(supplier_ids),
    )
    return list(session().scalars(query.order_by(PaymentRequest.id).limit(50)))


def listings_by_state(supplier_ids: tuple[int, ...]) -> dict[str, int]:
    """How many listings these suppliers have in each state."""
    rows = session().execute(
        select(Listing.state, func.count()).where(Listing.supplier_id.in_(supplier_ids)).group_by(Listing.state)
    )
    return dict(rows.all())


@dataclass(frozen=True)
class UnitNumber:
    """What one unit has ordered in a year."""

    unit_id: int
    name: str
    region_code: int
    count: int
    amount_fen: int
    open_count: int


def numbers_by_unit(actor: Actor, *, year: int, ended: tuple[str, ...]) -> list[UnitNumber]:
    """The units whose orders this actor may see, the greatest sum first; ended orders count no money."""
    query = visible_to(actor, select(Order)).where(Order.year == year).subquery()
    lasting = query.c.state.not_in(("cancelled", "declined"))
    rows = session().execute(
        select(
            query.c.unit_id,
            Organisation.name,
            Organisation.region_code,
            func.count(),
            func.coalesce(func.sum(query.c.total_fen).filter(lasting), 0).label("amount_fen"),
            func.count().filter(query.c.state.not_in((*ended, "paid"))),
        )
        .join(Organisation, Organisation.id == query.c.unit_id)
        .group_by(query.c.unit_id, Organisation.name, Organisation.region_code)
        .order_by(func.coalesce(func.sum(query.c.total_fen).filter(lasting), 0).desc(), query.c.unit_id)
    )
    return [UnitNumber(row[0], row[1], row[2], row[3], int(row[4]), row[5]) for row in rows]
