"""Lists of orders: the rows a person may see, narrowed by state, year and words, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from mall.access.actor import Actor
from mall.database import session
from mall.ordering.order import Order, OrderLine, load_lines
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import Organisation, organisation_names

PAGE_SIZE = 20

#: groups of states as people think of them
STAGES: dict[str, tuple[str, ...]] = {
    "approval": ("draft", "submitted", "endorsed", "returned"),
    "agreement": ("approved", "confirmed"),
    "delivery": ("contracted", "shipped", "received", "refused", "disputed"),
    "settlement": ("accepted", "invoiced", "payment_requested", "in_payment", "retained"),
    "done": ("paid", "closed"),
    "ended": ("cancelled", "declined"),
}


@dataclass(frozen=True)
class OrderFilter:
    """What a reader asked for; empty values ask for everything. `page` counts from 1."""

    text: str = ""
    stage: str = ""
    state: str = ""
    year: int | None = None
    unit_id: int | None = None
    page: int = 1


@dataclass(frozen=True)
class OrderRows:
    """One page of orders with the names their rows need."""

    orders: list[Order]
    names: dict[int, str]
    total: int
    amount_fen: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_orders(*, actor: Actor, wanted: OrderFilter) -> OrderRows:
    """The newest first; lines are loaded."""
    query = narrowed(visible_to(actor, select(Order)), wanted)
    total, amount_fen = (
        session()
        .execute(query.with_only_columns(func.count(), func.coalesce(func.sum(Order.total_fen), 0)).order_by(None))
        .one()
    )
    page = min(max(1, wanted.page), max(1, -(-total // PAGE_SIZE)))
    orders = list(session().scalars(query.order_by(Order.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
    load_lines(orders)
    names = organisation_names({order.unit_id for order in orders} | {order.supplier_id for order in orders})
    return OrderRows(orders=orders, names=names, total=total, amount_fen=int(amount_fen), page=page)


def narrowed(query: Select[tuple[Order]], wanted: OrderFilter) -> Select[tuple[Order]]:
    """The query with the reader's filters."""
    if wanted.state:
        query = query.where(Order.state == wanted.state)
    if wanted.stage:
        query = query.where(Order.state.in_(STAGES.get(wanted.stage, ())))
    if wanted.year is not None:
        query = query.where(Order.year == wanted.year)
    if wanted.unit_id is not None:
        query = query.where(Order.unit_id == wanted.unit_id)
    if wanted.text:
        query = query.where(_matches(wanted.text))
    return query


def _matches(text: str) -> ColumnElement[bool]:
    party = aliased(Organisation)
    return or_(
        Order.number.icontains(text, autoescape=True),
        exists().where(
            OrderLine.order_id == Order.id,
            or_(OrderLine.name.icontains(text, autoescape=True), OrderLine.sku == text),
        ),
        exists().where(party.id.in_((Order.unit_id, Order.supplier_id)), party.name.icontains(text, autoescape=True)),
    )


def years_of(actor: Actor) -> list[int]:
    """The budget years in which this actor can see orders, newest first."""
    query = visible_to(actor, select(Order)).with_only_columns(Order.year).distinct()
    return sorted(session().scalars(query), reverse=True)
