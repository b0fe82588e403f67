"""The supplier's statement of account: order by order how far the money has come, and whom it waits for."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.audit.export_audit import neutral
from mall.database import session
from mall.finance.payment_clock import PaymentClock, payment_clocks
from mall.ordering.order import Order, load_lines
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import organisation_names
from mall.people.user import people_with, person_names

#: where the money of an order stands, by its state; what is not here has not come so far or never will
PLACE_OF: dict[str, str] = {
    "contracted": "to_accept",
    "shipped": "to_accept",
    "received": "to_accept",
    "refused": "to_accept",
    "disputed": "to_accept",
    "accepted": "accepted",
    "invoiced": "invoiced",
    "payment_requested": "requested",
    "in_payment": "in_transit",
    "paid": "paid",
    "closed": "paid",
}
PLACES = ("to_accept", "accepted", "invoiced", "requested", "in_transit", "paid")

#: who takes the next step: a role of the unit, "supplier", "treasury" or, when all is done, nobody
WAITS_FOR: dict[str, str] = {
    "contracted": "supplier",
    "shipped": "receiver",
    "received": "receiver",
    "refused": "supplier",
    "disputed": "supplier",
    "accepted": "supplier",
    "invoiced": "accountant",
    "payment_requested": "finance",
    "in_payment": "treasury",
    "paid": "",
    "closed": "",
}


@dataclass(frozen=True)
class StatementRow:
    """One order: the amount, its place, and the step and the people it waits for since when."""

    order: Order
    unit: str
    place: str
    amount_fen: int
    waits_for: str
    people: tuple[str, ...]
    since: datetime
    clock: PaymentClock | None

    @property
    def waits_days(self) -> int:
        return max(0, (clock.today() - clock.local(self.since).date()).days)


@dataclass(frozen=True)
class Statement:
    """The rows of a year, oldest first, and their sums by place."""

    year: int
    rows: list[StatementRow] = field(default_factory=list)

    @property
    def sums_fen(self) -> dict[str, int]:
        sums = dict.fromkeys(PLACES, 0)
        for row in self.rows:
            sums[row.place] += row.amount_fen
        return sums

    @property
    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys(PLACES, 0)
        for row in self.rows:
            counts[row.place] += 1
        return counts


def statement_of(actor: Actor, *, year: int, place: str = "") -> Statement:
    """The statement of the actor's suppliers; `place` (one of PLACES) narrows it."""
    states = [state for state, at in PLACE_OF.items() if place in ("", at)]
    query = visible_to(actor, select(Order)).where(
        Order.supplier_id.in_(actor.supplier_ids), Order.year == year, Order.state.in_(states)
    )
    orders = list(session().scalars(query.order_by(Order.id)))
    load_lines(orders)
    clocks = payment_clocks(orders)
    units = organisation_names({order.unit_id for order in orders})
    people = _people(orders)
    return Statement(
        year=year,
        rows=[
            StatementRow(
                order=order,
                unit=units.get(order.unit_id, ""),
                place=PLACE_OF[order.state],
                amount_fen=_amount_of(order),
                waits_for=WAITS_FOR[order.state],
                people=people.get(order.id, ()),
                since=order.state_since,
                clock=clocks.get(order.id),
            )
            for order in orders
        ],
    )


def statement_csv(statement: Statement, *, words: dict[str, str], header: tuple[str, ...]) -> str:
    """The statement as CSV with the mark that spreadsheets want; `words` names places and steps for the reader."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in statement.rows:
        late = row.clock if row.clock is not None and row.clock.is_late else None
        writer.writerow(
            neutral(value)
            for value in (
                row.order.number,
                row.unit,
                words[row.place],
                f"{row.amount_fen // 100}.{row.amount_fen % 100:02d}",
                words.get(row.waits_for, ""),
                "、".join(row.people),
                clock.local(row.since).strftime("%Y-%m-%d %H:%M"),
                row.clock.due_on.isoformat() if row.clock is not None else "",
                str(late.days_late) if late is not None else "",
                f"{late.interest_fen // 100}.{late.interest_fen % 100:02d}" if late is not None else "",
            )
        )
    return text.getvalue()


def _amount_of(order: Order) -> int:
    """What the order is worth to the supplier: what was accepted, before acceptance what the contract says."""
    if PLACE_OF[order.state] == "to_accept":
        return sum(line.contract_amount_fen for line in order.lines)
    return sum(line.accepted_fen for line in order.lines)


def _people(orders: list[Order]) -> dict[int, tuple[str, ...]]:
    """{order id: names of those who can take the next step}; a person already named on the order comes first."""
    named = {
        order.id: order.named_receiver_id
        for order in orders
        if WAITS_FOR[order.state] == "receiver" and order.named_receiver_id
    }
    names = person_names(set(named.values()))
    holders: dict[tuple[str, int], tuple[str, ...]] = {}
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for order in orders:
        role = WAITS_FOR[order.state]
        if order.id in named:
            found[order.id] = (names.get(named[order.id], ""),)
        elif role in ("receiver", "accountant", "finance"):
            asked = (role, order.unit_id)
            if asked not in holders:
                holders[asked] = tuple(user.name for user in people_with(role, organisation_id=order.unit_id))
            found[order.id] = holders[asked]
    return dict(found)
