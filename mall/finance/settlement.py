"""How far the money of orders has come: accepted, invoiced, requested, in transit, paid, held back, to come back.

The order's state in the time of settlement follows from these figures: it is the step that is furthest behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from mall.database import session
from mall.finance.budget_line_carry import successors_of
from mall.finance.invoice import CreditNote, Invoice
from mall.finance.payment_request import PaymentRequest
from mall.finance.payment_states import IN_TRANSIT, LIVE
from mall.finance.refund_claim import RefundClaim
from mall.finance.refund_states import GRANTED
from mall.finance.settlement_change import SettlementChange
from mall.ordering.order import Order
from mall.ordering.order_holds import held_fen_by_budget_line

#: states that follow from the figures alone
RECKONED = ("accepted", "invoiced", "payment_requested", "in_payment", "retained", "paid")
#: money may move: parts are accepted while others are still to come, or all is accepted
SETTLING = ("received", "disputed", *RECKONED)


@dataclass(frozen=True)
class Settlement:
    """The figures of one order, in fen. `retained_fen` is agreed and not yet released; `replaced_fen` went back to
    come again, at some time."""

    contract_fen: int = 0
    accepted_fen: int = 0
    invoiced_fen: int = 0
    requested_fen: int = 0
    in_transit_fen: int = 0
    paid_fen: int = 0
    retained_fen: int = 0
    refund_due_fen: int = 0
    refunded_fen: int = 0
    replaced_fen: int = 0

    @property
    def to_accept_fen(self) -> int:
        return self.contract_fen - self.accepted_fen

    @property
    def kept_fen(self) -> int:
        """Paid, less what came back or is to come back."""
        return self.paid_fen - self.refund_due_fen - self.refunded_fen

    @property
    def asked_fen(self) -> int:
        """No longer open to a request: asked for, in transit or paid."""
        return self.requested_fen + self.in_transit_fen + self.kept_fen

    @property
    def to_invoice_fen(self) -> int:
        """Accepted, and no invoice is for it yet."""
        return max(0, self.accepted_fen - self.invoiced_fen)

    @property
    def credit_due_fen(self) -> int:
        """Invoiced above what is accepted or will come again: a credit note is due."""
        to_come_again_fen = min(self.replaced_fen, self.to_accept_fen)
        return max(0, self.invoiced_fen - self.accepted_fen - to_come_again_fen)

    @property
    def creditable_fen(self) -> int:
        """The most that a credit note can take back: what is due, and what nobody has asked for or holds back."""
        return max(self.credit_due_fen, self.invoiced_fen - self.asked_fen - self.retained_fen)

    @property
    def unasked_fen(self) -> int:
        """Accepted and neither asked for nor paid: what a price cut or a return can still take."""
        return max(0, self.accepted_fen - self.asked_fen)

    @property
    def to_request_fen(self) -> int:
        """Accepted and invoiced, and neither asked for nor held back."""
        return max(0, min(self.accepted_fen, self.invoiced_fen) - self.asked_fen - self.retained_fen)

    @property
    def owed_fen(self) -> int:
        """Accepted and not yet paid."""
        return max(0, self.accepted_fen - self.kept_fen)

    @property
    def state(self) -> str:
        """Which of RECKONED the figures say."""
        if self.to_invoice_fen:
            return "accepted"
        if self.to_request_fen:
            return "invoiced"
        if self.requested_fen:
            return "payment_requested"
        if self.in_transit_fen:
            return "in_payment"
        return "retained" if self.retained_fen else "paid"


def settlement_of(order: Order) -> Settlement:
    """The figures of one order; its lines are loaded."""
    return settlements([order])[order.id]


def settlements(orders: Iterable[Order]) -> dict[int, Settlement]:
    """{order id: figures} of these orders, whose lines are loaded, in five queries."""
    known = {order.id: order for order in orders}
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for order_id, figure, amount_fen in _figures(list(known)):
        sums[order_id][figure] += amount_fen
    return {
        order.id: _what_can_be_held(
            Settlement(
                contract_fen=sum(line.contract_amount_fen for line in order.lines),
                accepted_fen=sum(line.accepted_fen for line in order.lines),
                **sums[order.id],
            )
        )
        for order in known.values()
    }


def _what_can_be_held(figures: Settlement) -> Settlement:
    """A price cut or a return can take money that was held back: no more is held than is left of the contract."""
    most_fen = max(0, figures.contract_fen - figures.asked_fen)
    return replace(figures, retained_fen=min(figures.retained_fen, most_fen))


def unasked_by_line(order: Order) -> dict[int, int]:
    """{budget line id: fen} accepted and neither asked for nor paid; what is held back is still in it."""
    left: dict[int, int] = defaultdict(int)
    for line in order.lines:
        left[line.budget_line_id] += line.accepted_fen
    asked = asked_by_line(order, states=LIVE)
    # What was paid before the order went into another year was paid from the line that its line continues.
    while before := asked.keys() - left.keys() and successors_of(asked.keys() - left.keys()):
        for line_id, continued_by in before.items():
            asked[continued_by] = asked.get(continued_by, 0) + asked.pop(line_id)
    for line_id, amount_fen in asked.items():
        left[line_id] -= amount_fen
    return {line_id: amount_fen for line_id, amount_fen in sorted(left.items()) if amount_fen > 0}


def requestable_fen(order: Order, figures: Settlement) -> int:
    """What can be asked for now: all that is open to a request, without the money of held lines."""
    if not held_fen_by_budget_line(order):
        return figures.to_request_fen
    return min(figures.to_request_fen, sum(undisputed_by_line(order).values()))


def undisputed_by_line(order: Order) -> dict[int, int]:
    """{budget line id: fen} of what is neither asked for nor paid, without the accepted money of held lines.

    A budget line may pay for a held and a free line of goods: what was asked for before counts as the free one's.
    """
    disputed = held_fen_by_budget_line(order)
    left = {line_id: fen - disputed.get(line_id, 0) for line_id, fen in unasked_by_line(order).items()}
    return {line_id: fen for line_id, fen in left.items() if fen > 0}


def asked_by_line(order: Order, *, states: tuple[str, ...]) -> dict[int, int]:
    """{budget line id: fen} of the order's payments in these states, less refunds that were granted."""
    sums: dict[int, int] = defaultdict(int)
    payments = select(PaymentRequest.amounts).where(
        PaymentRequest.order_id == order.id, PaymentRequest.state.in_(states)
    )
    claims = select(RefundClaim.amounts).where(
        RefundClaim.order_id == order.id, RefundClaim.state.in_(GRANTED), RefundClaim.is_prior.is_(False)
    )
    for sign, query in ((1, payments), (-1, claims)):
        for amounts in session().scalars(query):
            for line_id, amount_fen in amounts.items():
                sums[int(line_id)] += sign * amount_fen
    return dict(sums)


def _figures(ids: list[int]) -> list[tuple[int, str, int]]:
    """(order id, figure, fen) from every paper that moves a figure."""
    if not ids:
        return []
    found: list[tuple[int, str, int]] = []
    for table, sign in ((Invoice, 1), (CreditNote, -1)):
        query = select(table.order_id, func.sum(table.amount_fen)).where(table.order_id.in_(ids))
        found += [(one, "invoiced_fen", sign * int(fen)) for one, fen in _rows(query.group_by(table.order_id))]
    for order_id, state, amount_fen in _by_state(PaymentRequest, ids, LIVE):
        figure = "in_transit_fen" if state in IN_TRANSIT else f"{state}_fen"
        found.append((order_id, figure, amount_fen))
    for order_id, state, amount_fen in _by_state(RefundClaim, ids, GRANTED):
        found.append((order_id, "refund_due_fen" if state == "agreed" else "refunded_fen", amount_fen))
    agreed = select(SettlementChange.order_id, SettlementChange.kind, func.sum(SettlementChange.amount_fen)).where(
        SettlementChange.order_id.in_(ids), SettlementChange.kind.in_(_FIGURES), SettlementChange.state == "agreed"
    )
    for order_id, kind, amount_fen in session().execute(
        agreed.group_by(SettlementChange.order_id, SettlementChange.kind)
    ):
        found.append((order_id, _FIGURES[kind], int(amount_fen)))
    return found


_FIGURES = {"retention": "retained_fen", "return_to_replace": "replaced_fen"}


def _by_state(table, ids: list[int], states: tuple[str, ...]) -> list[tuple[int, str, int]]:
    query = select(table.order_id, table.state, func.sum(table.amount_fen))
    query = query.where(table.order_id.in_(ids), table.state.in_(states)).group_by(table.order_id, table.state)
    return [(order_id, state, int(amount_fen)) for order_id, state, amount_fen in session().execute(query)]


def _rows(query) -> list[tuple[int, int]]:
    return [tuple(row) for row in session().execute(query)]
