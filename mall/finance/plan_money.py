"""Whether the fund-use plans cover a payment that is about to be requested or approved, and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, find_lines
from ledger.cash_plan import plan_balances
from mall import clock
from mall.database import session
from mall.errors import Refusal
from mall.finance.draw_plan_money import queue_for
from mall.finance.payment_request import PaymentRequest
from mall.finance.settlement import SETTLING, unasked_by_line
from mall.ordering.order import Order


@dataclass(frozen=True)
class PlanMoney:
    """One budget line of a payment, in fen. `due_fen`: approved for `month` or before and not drawn; `asked_fen`: of
    that, what other requests that wait for their approval ask for; `later_fen`: approved for later months."""

    line: BudgetLine
    month: int
    needed_fen: int
    due_fen: int
    asked_fen: int
    later_fen: int
    unplanned_fen: int

    @property
    def left_fen(self) -> int:
        return max(0, self.due_fen - self.asked_fen)

    @property
    def missing_fen(self) -> int:
        return max(0, self.needed_fen - self.left_fen)


def plan_money(amounts: Mapping[int, int], *, unit_id: int, on: date, but: Collection[int] = ()) -> list[PlanMoney]:
    """How `{line id: fen}` of a unit stand against its plans on a day. `but`: the payment requests that are meant."""
    known, stand = find_lines(session(), amounts), plan_balances(session(), amounts)
    asked = _asked(unit_id, but=but)
    return [
        PlanMoney(
            line=known[line_id],
            month=on.month,
            needed_fen=amount_fen,
            due_fen=stand[line_id].due_fen(on.month),
            asked_fen=asked[line_id],
            later_fen=stand[line_id].planned_fen - stand[line_id].due_fen(on.month),
            unplanned_fen=stand[line_id].unplanned_fen,
        )
        for line_id, amount_fen in sorted(amounts.items())
    ]


def plan_money_of_order(order: Order) -> list[PlanMoney]:
    """The same for what an order's accountant may request now, else for what its finance is to approve; nothing at
    other points of its road."""
    if order.state not in SETTLING:
        return []
    unasked = {line_id: amount_fen for line_id, amount_fen in unasked_by_line(order).items() if amount_fen}
    if unasked:
        return plan_money(unasked, unit_id=order.unit_id, on=clock.today())
    query = select(PaymentRequest).where(PaymentRequest.order_id == order.id, PaymentRequest.state == "requested")
    waiting = list(session().scalars(query))
    amounts: dict[int, int] = defaultdict(int)
    for payment in waiting:
        for line_id, amount_fen in payment.amounts.items():
            amounts[int(line_id)] += amount_fen
    return plan_money(amounts, unit_id=order.unit_id, on=clock.today(), but=[payment.id for payment in waiting])


def require_plan_money(amounts: Mapping[int, int], *, unit_id: int, on: date) -> None:
    """Refuse a request that the plans of this month and before do not cover; inside the caller's transaction.

    Raises Refusal("plan.not_enough"); `planned_fen` is what other requests leave over.
    """
    queue_for(amounts)
    for one in plan_money(amounts, unit_id=unit_id, on=on):
        if one.missing_fen:
            raise Refusal(
                "plan.not_enough",
                budget_line=one.line.name,
                line_code=one.line.code,
                month=one.month,
                amount_fen=one.needed_fen,
                planned_fen=one.left_fen,
                missing_fen=one.missing_fen,
            )


def _asked(unit_id: int, *, but: Collection[int]) -> dict[int, int]:
    """{line id: fen} of the unit's requests that wait for their approval; what is approved has drawn its months."""
    query = select(PaymentRequest.amounts).where(PaymentRequest.state == "requested", PaymentRequest.unit_id == unit_id)
    if but:
        query = query.where(PaymentRequest.id.not_in(but))
    sums: dict[int, int] = defaultdict(int)
    for amounts in session().scalars(query):
        for line_id, amount_fen in amounts.items():
            sums[int(line_id)] += amount_fen
    return sums
