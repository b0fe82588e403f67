"""The supplier's statement of account: how far each order's money has come, part by part, and whom it waits for."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.audit.export_audit import neutral
from mall.database import session
from mall.finance.book_files import Column, SheetRow, workbook
from mall.finance.payment_clock import PaymentClock, payment_clocks
from mall.finance.settlement import SETTLING, Settlement, settlements
from mall.finance.settlement_change import SettlementChange
from mall.ordering.order import Order, load_lines
from mall.ordering.visible_orders import visible_to
from mall.people.organisation import organisation_names
from mall.people.user import people_with, person_names

#: before anything is accepted the whole order stands in one place
TO_ACCEPT = ("contracted", "shipped", "received", "refused", "disputed")
STATES = (*TO_ACCEPT, *SETTLING[2:], "closed")

#: where a part of an order's money can stand, and the figure that says how much
PLACES: dict[str, str] = {
    "to_accept": "to_accept_fen",
    "accepted": "to_invoice_fen",
    "credit_due": "credit_due_fen",
    "invoiced": "to_request_fen",
    "requested": "requested_fen",
    "in_transit": "in_transit_fen",
    "retained": "retained_fen",
    "refund_due": "refund_due_fen",
    "paid": "kept_fen",
}

#: who takes the next step: a role of the unit, "supplier", "treasury" or, when all is done, nobody
WAITS_FOR: dict[str, str] = {
    "to_accept": "receiver",
    "accepted": "supplier",
    "credit_due": "supplier",
    "invoiced": "accountant",
    "requested": "finance",
    "in_transit": "treasury",
    "retained": "day",
    "refund_due": "supplier",
    "paid": "",
}
#: before goods are there it is the supplier's turn
SUPPLIERS_TURN = ("contracted", "refused", "disputed")


@dataclass(frozen=True)
class StatementRow:
    """A part of an order's money: the amount, its place, and the step and the people it waits for since when.

    `until` is the day that held back money is due; `clock` is None before anything is accepted.
    """

    order: Order
    unit: str
    place: str
    amount_fen: int
    waits_for: str
    people: tuple[str, ...]
    since: datetime
    clock: PaymentClock | None
    until: date | None = None

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
    query = visible_to(actor, select(Order)).where(
        Order.supplier_id.in_(actor.supplier_ids), Order.year == year, Order.state.in_(STATES)
    )
    orders = list(session().scalars(query.order_by(Order.id)))
    load_lines(orders)
    clocks, figures, held = payment_clocks(orders), settlements(orders), _held_until(orders)
    units = organisation_names({order.unit_id for order in orders})
    people = _People(orders)
    rows = []
    for order in orders:
        for at, amount_fen in _portions(figures[order.id]):
            if place in ("", at):
                waits_for = _waits_for(order, at)
                rows.append(
                    StatementRow(
                        order=order,
                        unit=units.get(order.unit_id, ""),
                        place=at,
                        amount_fen=amount_fen,
                        waits_for=waits_for,
                        people=people.of(order, waits_for),
                        since=order.state_since,
                        clock=clocks.get(order.id) if at != "to_accept" else None,
                        until=held.get(order.id) if at == "retained" else None,
                    )
                )
    return Statement(year=year, rows=rows)


def statement_xlsx(statement: Statement, *, words: dict[str, str]) -> bytes:
    """The statement as a workbook; `words` names places and steps for the reader."""
    columns = (
        Column(_("订单"), width=26), Column(_("采购单位"), width=28), Column(_("款项到哪一步"), width=20),
        Column(_("金额（元）"), "amount"), Column(_("等谁办理"), width=14), Column(_("办理人"), width=18),
        Column(_("从何时起"), width=18), Column(_("最迟付款日"), width=14), Column(_("逾期天数"), "number", 10),
        Column(_("逾期利息（元）"), "amount"),
    )  # fmt: skip
    rows = []
    for row in statement.rows:
        late = row.clock if row.clock is not None and row.clock.is_late else None
        rows.append(
            SheetRow(
                (
                    row.order.number,
                    row.unit,
                    words[row.place],
                    row.amount_fen,
                    words.get(row.waits_for, ""),
                    "、".join(row.people),
                    clock.local(row.since).strftime("%Y-%m-%d %H:%M"),
                    due_day(row),
                    late.days_late if late is not None else None,
                    late.interest_fen if late is not None else None,
                )
            )
        )
    heading = [(_("年度"), str(statement.year)), (_("制表日期"), clock.today().isoformat())]
    return workbook(name=_("对账单"), heading=heading, columns=columns, rows=rows)


def due_day(row: StatementRow) -> str:
    """The day on which this part is to be paid, where there is one."""
    if row.until is not None:
        return row.until.isoformat()
    return row.clock.due_on.isoformat() if row.clock is not None else ""


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
                due_day(row),
                str(late.days_late) if late is not None else "",
                f"{late.interest_fen // 100}.{late.interest_fen % 100:02d}" if late is not None else "",
            )
        )
    return text.getvalue()


def _portions(figures: Settlement) -> Iterable[tuple[str, int]]:
    """(place, fen) of every place where money of the order stands."""
    for place, figure in PLACES.items():
        amount_fen = getattr(figures, figure)
        if amount_fen > 0:
            yield place, amount_fen


def _waits_for(order: Order, place: str) -> str:
    return "supplier" if place == "to_accept" and order.state in SUPPLIERS_TURN else WAITS_FOR[place]


def _held_until(orders: list[Order]) -> dict[int, date]:
    """{order id: the next day on which held back money is due}"""
    query = select(SettlementChange.order_id, SettlementChange.due_on).where(
        SettlementChange.order_id.in_([order.id for order in orders]),
        SettlementChange.kind == "retention",
        SettlementChange.state == "agreed",
    )
    found: dict[int, date] = {}
    for order_id, due_on in session().execute(query):
        found[order_id] = min(due_on, found.get(order_id, due_on))
    return found


class _People:
    """Names of those who can take the next step; a person already named on the order comes first."""

    def __init__(self, orders: list[Order]) -> None:
        self._named = person_names({order.named_receiver_id for order in orders if order.named_receiver_id})
        self._holders: dict[tuple[str, int], tuple[str, ...]] = defaultdict(tuple)

    def of(self, order: Order, role: str) -> tuple[str, ...]:
        if role == "receiver" and order.named_receiver_id:
            return (self._named.get(order.named_receiver_id, ""),)
        if role not in ("receiver", "accountant", "finance"):
            return ()
        asked = (role, order.unit_id)
        if asked not in self._holders:
            self._holders[asked] = tuple(user.name for user in people_with(role, organisation_id=order.unit_id))
        return self._holders[asked]
