"""The payment desk of a unit: every order with money to be asked for, under way, held back or to come back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.finance.book_files import Column, SheetRow, workbook
from mall.finance.payment_clock import PaymentClock, payment_clocks
from mall.finance.refund_claim import RefundClaim
from mall.finance.settlement import SETTLING, Settlement, settlements
from mall.finance.settlement_change import SettlementChange
from mall.ordering.order import Order, load_lines
from mall.people.organisation import organisation_names
from mall.regions.regional_rule import rule

#: what can be looked for, in the order of the road
VIEWS = ("all", "to_request", "overdue", "requested", "in_transit", "retention", "refund", "credit_note")
MOST_ORDERS = 1_000
#: claims that still wait for somebody
OPEN_CLAIMS = ("claimed", "disputed", "agreed")


@dataclass(frozen=True)
class DeskRow:
    """One order: its figures and clock, the day of what is held back, and refunds that are claimed and not settled."""

    order: Order
    supplier: str
    figures: Settlement
    clock: PaymentClock | None
    held_until: date | None
    is_due_soon: bool
    claimed_fen: int

    def is_in(self, view: str) -> bool:
        """Whether the order has something of this view."""
        match view:
            case "to_request":
                return bool(self.figures.to_request_fen)
            case "overdue":
                return self.clock is not None and bool(self.clock.overdue_fen)
            case "requested":
                return bool(self.figures.requested_fen)
            case "in_transit":
                return bool(self.figures.in_transit_fen)
            case "retention":
                return bool(self.figures.retained_fen)
            case "refund":
                return bool(self.claimed_fen)
            case "credit_note":
                return bool(self.figures.credit_due_fen)
        return True

    def amount_in(self, view: str) -> int:
        """How much of it."""
        figures = self.figures
        return {
            "to_request": figures.to_request_fen,
            "overdue": self.clock.overdue_fen if self.clock is not None else 0,
            "requested": figures.requested_fen,
            "in_transit": figures.in_transit_fen,
            "retention": figures.retained_fen,
            "refund": self.claimed_fen,
            "credit_note": figures.credit_due_fen,
        }.get(view, figures.owed_fen)


@dataclass(frozen=True)
class PaymentDesk:
    """The rows, what is due first, and the sums of every view. `is_cut`: there were more orders than fit."""

    rows: list[DeskRow] = field(default_factory=list)
    is_cut: bool = False

    def of(self, view: str) -> list[DeskRow]:
        return [row for row in self.rows if row.is_in(view)]

    def sum_fen(self, view: str) -> int:
        return sum(row.amount_in(view) for row in self.of(view))


def payment_desk(actor: Actor) -> PaymentDesk:
    """The desk of the units whose accountant or finance the actor is: nobody else's orders are on it."""
    units = actor.organisations_as("accountant", "finance")
    claimed = select(RefundClaim.order_id).where(RefundClaim.unit_id.in_(units), RefundClaim.state.in_(OPEN_CLAIMS))
    query = select(Order).where(
        Order.unit_id.in_(units),
        or_(Order.state.in_([state for state in SETTLING if state != "paid"]), Order.id.in_(claimed)),
    )
    query = query.order_by(Order.payment_due_on.asc().nulls_last(), Order.id).limit(MOST_ORDERS + 1)
    orders = list(session().scalars(query))
    is_cut, orders = len(orders) > MOST_ORDERS, orders[:MOST_ORDERS]
    load_lines(orders)
    figures, clocks = settlements(orders), payment_clocks(orders)
    held, claims = _held_until(orders), _claimed(orders)
    names = organisation_names({order.supplier_id for order in orders})
    rows = [
        DeskRow(
            order=order,
            supplier=names.get(order.supplier_id, ""),
            figures=figures[order.id],
            clock=clocks.get(order.id),
            held_until=held.get(order.id),
            is_due_soon=_is_due_soon(order, held.get(order.id)),
            claimed_fen=claims.get(order.id, 0),
        )
        for order in orders
    ]
    # A delivery of which nothing is accepted yet owes nothing, and is no work for this desk.
    return PaymentDesk(rows=[row for row in rows if row.figures.accepted_fen or row.claimed_fen], is_cut=is_cut)


def desk_xlsx(rows: list[DeskRow], *, states: dict[str, str]) -> bytes:
    """The rows as a workbook."""
    amounts = (
        _("已验收（元）"), _("已开票（元）"), _("可申请（元）"), _("待审核（元）"), _("在途（元）"), _("已支付（元）"),
        _("质保金（元）"), _("待退款（元）"), _("已逾期（元）"),
    )  # fmt: skip
    columns = (
        Column(_("订单"), width=26),
        Column(_("供应商"), width=28),
        Column(_("状态"), width=14),
        *(Column(title, "amount") for title in amounts),
        Column(_("最迟付款日"), width=14),
        Column(_("质保金到期日"), width=14),
    )
    found = [
        SheetRow(
            (
                row.order.number,
                row.supplier,
                states[row.order.state],
                row.figures.accepted_fen,
                row.figures.invoiced_fen,
                row.figures.to_request_fen,
                row.figures.requested_fen,
                row.figures.in_transit_fen,
                row.figures.kept_fen,
                row.figures.retained_fen,
                row.claimed_fen,
                row.clock.overdue_fen if row.clock is not None else 0,
                row.clock.due_on.isoformat() if row.clock is not None else "",
                row.held_until.isoformat() if row.held_until is not None else "",
            )
        )
        for row in rows
    ]
    heading = [(_("制表日期"), clock.today().isoformat())]
    return workbook(name=_("付款工作台"), heading=heading, columns=columns, rows=found)


def _held_until(orders: list[Order]) -> dict[int, date]:
    query = select(SettlementChange.order_id, SettlementChange.due_on).where(
        SettlementChange.order_id.in_([order.id for order in orders]),
        SettlementChange.kind == "retention",
        SettlementChange.state == "agreed",
    )
    found: dict[int, date] = {}
    for order_id, due_on in session().execute(query):
        found[order_id] = min(due_on, found.get(order_id, due_on))
    return found


def _claimed(orders: list[Order]) -> dict[int, int]:
    query = select(RefundClaim.order_id, RefundClaim.amount_fen).where(
        RefundClaim.order_id.in_([order.id for order in orders]), RefundClaim.state.in_(OPEN_CLAIMS)
    )
    found: dict[int, int] = {}
    for order_id, amount_fen in session().execute(query):
        found[order_id] = found.get(order_id, 0) + amount_fen
    return found


def _is_due_soon(order: Order, held_until: date | None) -> bool:
    if held_until is None:
        return False
    days = rule("payment.retention_notice_days", region_code=order.region_code, on=clock.today()).value
    return held_until <= clock.today() + timedelta(days=days)
