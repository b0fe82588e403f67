"""The statutory clock: by when each accepted part must be paid, how late it is, and the interest that has run.

《保障中小企业款项支付条例》（国务院令第802号）: payment within 30 days of delivery, never later than 60 by agreement;
where no rate was agreed, 0.05 % of the amount owed for each day late. Days and rate are regional rules. The clock of a
part runs from its own acceptance; what both sides agreed to hold back is due on the day they agreed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.database import session
from mall.finance.payment_request import PaymentRequest
from mall.finance.refund_claim import RefundClaim
from mall.finance.refund_states import GRANTED
from mall.finance.settlement_change import SettlementChange
from mall.fulfilment.acceptance import Acceptance
from mall.ordering.order import Order, OrderLine
from mall.regions.regional_rule import rule

#: something is accepted and not yet paid
UNPAID_STATES = ("received", "disputed", "accepted", "invoiced", "payment_requested", "in_payment", "retained")
PAID_STATES = ("paid", "closed")


@dataclass
class Installment:
    """A part of an order's price with its day, and what was paid of it when: [(day, fen)]."""

    due_on: date
    amount_fen: int
    what: str
    paid: list[tuple[date, int]] = field(default_factory=list)

    @property
    def open_fen(self) -> int:
        return self.amount_fen - sum(amount_fen for _, amount_fen in self.paid)


@dataclass(frozen=True)
class PaymentClock:
    """One order's clock. `due_on` is the day of what is owed next, `owed_fen` all that is accepted and unpaid,
    `overdue_fen` the part of it whose day has passed. `paid_on` is None while it runs; `days_late` is 0 until the day
    after, and counts the part that waits, or waited, the longest; the interest is of all parts."""

    order: Order
    due_on: date
    paid_on: date | None
    owed_fen: int
    overdue_fen: int
    days_late: int
    rate_bp_per_day: int
    interest_fen: int
    parts: tuple[Installment, ...] = ()

    @property
    def is_late(self) -> bool:
        return self.days_late > 0


def payment_clocks(orders: Iterable[Order], *, on: date | None = None) -> dict[int, PaymentClock]:
    """{order id: clock} of those orders of which something has been accepted; `on` is the day to judge by."""
    running = {order.id: order for order in orders if order.state in UNPAID_STATES + PAID_STATES}
    judged_on = on or clock.today()
    return {
        order_id: _clock_of(running[order_id], parts, on=judged_on)
        for order_id, parts in installments_of(running.values()).items()
        if parts
    }


def late_interest_fen(owed_fen: int, *, days_late: int, rate_bp_per_day: int) -> int:
    """Simple interest in fen, rounded half up; a basis point is a ten-thousandth."""
    return (owed_fen * days_late * rate_bp_per_day + 5_000) // 10_000


def installments_of(orders: Iterable[Order]) -> dict[int, list[Installment]]:
    """{order id: parts of its price by their days}, with what was paid of each; in five queries.

    What was cut or went back is taken off the latest parts; payments fill the earliest.
    """
    known = {order.id: order for order in orders}
    if not known:
        return {}
    accepted = _accepted_fen(list(known))
    sheets: dict[int, list[Installment]] = defaultdict(list)
    for sheet in session().scalars(
        select(Acceptance).where(Acceptance.order_id.in_(known)).order_by(Acceptance.order_id, Acceptance.id)
    ):
        due_on = sheet.due_on or known[sheet.order_id].payment_due_on or clock.local(sheet.at).date()
        sheets[sheet.order_id].append(Installment(due_on=due_on, amount_fen=sheet.amount_fen, what=sheet.number))
    held, paid = _held(list(known)), _paid(list(known))
    return {
        order_id: _filled(_with_retention(_shortened(parts, to_fen=accepted[order_id]), held[order_id]), paid[order_id])
        for order_id, parts in sheets.items()
    }


def _shortened(parts: list[Installment], *, to_fen: int) -> list[Installment]:
    over_fen = sum(part.amount_fen for part in parts) - to_fen
    for part in reversed(parts):
        taken_fen = min(part.amount_fen, max(0, over_fen))
        part.amount_fen -= taken_fen
        over_fen -= taken_fen
    return [part for part in parts if part.amount_fen]


def _with_retention(parts: list[Installment], held: list[tuple[date, int, str]]) -> list[Installment]:
    for due_on, amount_fen, number in held:
        moved_fen = min(amount_fen, sum(part.amount_fen for part in parts))
        parts = _shortened(parts, to_fen=sum(part.amount_fen for part in parts) - moved_fen)
        if moved_fen:
            parts = [*parts, Installment(due_on=due_on, amount_fen=moved_fen, what=number)]
    return sorted(parts, key=lambda part: part.due_on)


def _filled(parts: list[Installment], paid: list[tuple[date, int]]) -> list[Installment]:
    for paid_on, amount_fen in paid:
        for part in parts:
            taken_fen = min(part.open_fen, amount_fen)
            if taken_fen:
                part.paid.append((paid_on, taken_fen))
                amount_fen -= taken_fen
    return parts


def _clock_of(order: Order, parts: list[Installment], *, on: date) -> PaymentClock:
    open_parts = [part for part in parts if part.open_fen]
    days_late, interest_fen, rate_bp = 0, 0, 0
    for part in parts:
        for until, amount_fen in [*part.paid, (on, part.open_fen)]:
            late = (until - part.due_on).days if amount_fen else 0
            if late <= 0:
                continue
            # Asked only when interest runs: an old order that was paid in time needs no rate.
            rate_bp = rule("payment.late_interest_bp_per_day", region_code=order.region_code, on=part.due_on).value
            interest_fen += late_interest_fen(amount_fen, days_late=late, rate_bp_per_day=rate_bp)
            days_late = max(days_late, late)
    return PaymentClock(
        order=order,
        due_on=open_parts[0].due_on if open_parts else parts[-1].due_on,
        paid_on=None if open_parts else max((on for part in parts for on, _ in part.paid), default=None),
        owed_fen=sum(part.open_fen for part in open_parts),
        overdue_fen=sum(part.open_fen for part in open_parts if part.due_on < on),
        days_late=days_late,
        rate_bp_per_day=rate_bp,
        interest_fen=interest_fen,
        parts=tuple(parts),
    )


def _accepted_fen(order_ids: list[int]) -> dict[int, int]:
    rows = session().execute(
        select(OrderLine.order_id, OrderLine.accepted * OrderLine.contract_price_fen - OrderLine.cut_fen).where(
            OrderLine.order_id.in_(order_ids)
        )
    )
    sums: dict[int, int] = defaultdict(int)
    for order_id, amount_fen in rows:
        sums[order_id] += amount_fen
    return sums


def _held(order_ids: list[int]) -> dict[int, list[tuple[date, int, str]]]:
    found: dict[int, list[tuple[date, int, str]]] = defaultdict(list)
    for change in session().scalars(
        select(SettlementChange)
        .where(
            SettlementChange.order_id.in_(order_ids),
            SettlementChange.kind == "retention",
            SettlementChange.state.in_(("agreed", "released")),
        )
        .order_by(SettlementChange.due_on.desc(), SettlementChange.id)
    ):
        if change.due_on is not None:
            found[change.order_id].append((change.due_on, change.amount_fen, change.number))
    return found


def _paid(order_ids: list[int]) -> dict[int, list[tuple[date, int]]]:
    """Payments by their days; of what came back for goods that went back, the latest count less."""
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for order_id, settled_at, amount_fen in session().execute(
        select(PaymentRequest.order_id, PaymentRequest.settled_at, PaymentRequest.amount_fen)
        .where(
            PaymentRequest.order_id.in_(order_ids),
            PaymentRequest.state == "paid",
            PaymentRequest.settled_at.is_not(None),
        )
        .order_by(PaymentRequest.settled_at, PaymentRequest.id)
    ):
        found[order_id].append((clock.local(settled_at).date(), amount_fen))
    for order_id, amount_fen in session().execute(
        select(RefundClaim.order_id, RefundClaim.amount_fen).where(
            RefundClaim.order_id.in_(order_ids), RefundClaim.state.in_(GRANTED)
        )
    ):
        found[order_id] = _less(found[order_id], amount_fen)
    return found


def _less(paid: list[tuple[date, int]], amount_fen: int) -> list[tuple[date, int]]:
    left: list[tuple[date, int]] = []
    for paid_on, paid_fen in reversed(paid):
        taken_fen = min(paid_fen, amount_fen)
        amount_fen -= taken_fen
        if paid_fen > taken_fen:
            left.append((paid_on, paid_fen - taken_fen))
    return left[::-1]
