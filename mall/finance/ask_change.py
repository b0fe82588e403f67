"""Asking the supplier to agree: to a lower price, to taking goods back, to having a part of the price held back."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.database import session
from mall.documents.advance import advance, enter
from mall.documents.numbers import next_number
from mall.errors import Refusal
from mall.finance.cost_of_goods import value_of
from mall.finance.settlement import SETTLING, settlement_of
from mall.finance.settlement_change import SettlementChange, asked_change, facts_of
from mall.ordering.order import Order
from mall.ordering.order_action import chosen_quantities, order_action, require_reason
from mall.regions.regional_rule import rule

#: from the contract on until all is paid
RETAINABLE = ("contracted", "shipped", *SETTLING[:-1])
#: who asks for which kind: the buyer for what was bought, the accountant for what is held back
ASKED_BY = {
    "price_cut": "order.ask_change",
    "return_for_good": "order.ask_change",
    "return_to_replace": "order.ask_change",
    "retention": "order.ask_retention",
}


@order_action("ask_price_cut")
def ask_price_cut(order: Order, *, actor: Actor, lines: list[dict[str, int]], reason: str) -> None:
    """Ask for {line_no, amount_fen} off the price of accepted goods that nobody has asked payment for yet.

    Raises Refusal "change.too_much", "change.pending", "order.unknown_line".
    """
    _require_settling(order, "ask_price_cut")
    by_number = {line.line_no: line for line in order.lines}
    cut: dict[str, dict[str, int]] = {}
    for given in lines:
        line = by_number.get(given["line_no"])
        if line is None:
            raise Refusal("order.unknown_line", line_no=given["line_no"])
        if not 0 < given["amount_fen"] < line.accepted_fen or str(line.line_no) in cut:
            raise Refusal("change.too_much", amount_fen=given["amount_fen"], most_fen=max(0, line.accepted_fen - 1))
        cut[str(line.line_no)] = {"pieces": 0, "amount_fen": given["amount_fen"]}
    _ask(order, actor, kind="price_cut", lines=cut, reason=reason)


@order_action("ask_return")
def ask_return(
    order: Order, *, actor: Actor, lines: list[dict[str, int]] | None = None, to_replace: bool = False, reason: str
) -> None:
    """Ask the supplier to take accepted, unpaid pieces back: for good, or `to_replace` them by others.

    Raises Refusal "change.too_many", "change.too_much", "change.pending", "change.cut_line".
    """
    _require_settling(order, "ask_return")
    quantities = chosen_quantities(order, lines, most=lambda line: line.accepted, refusal="change.too_many")
    back: dict[str, dict[str, int]] = {}
    for line in order.lines:
        pieces = quantities.get(str(line.line_no), 0)
        if pieces:
            if to_replace and line.cut_fen:
                raise Refusal("change.cut_line", line_no=line.line_no, name=line.name)
            back[str(line.line_no)] = {"pieces": pieces, "amount_fen": value_of(line, pieces=pieces)}
    _ask(order, actor, kind="return_to_replace" if to_replace else "return_for_good", lines=back, reason=reason)


@order_action("ask_retention")
def ask_retention(order: Order, *, actor: Actor, amount_fen: int, due_on: date, reason: str) -> None:
    """Ask to hold a part of the price back until a day (质保金); the rules say how much and how long at most.

    Raises Refusal "retention.too_much", "retention.too_long", "change.pending".
    """
    if order.state not in RETAINABLE:
        raise Refusal("state.not_possible", action="ask_retention", state=order.state, kind="order")
    authorize(actor, "order.ask_retention", order)
    today = clock.today()
    share = rule("payment.retention_bp", region_code=order.region_code, on=today).value
    days = rule("payment.retention_most_days", region_code=order.region_code, on=today).value
    most_fen = retention_most(order)
    if not 0 < amount_fen <= most_fen:
        raise Refusal("retention.too_much", amount_fen=amount_fen, most_fen=most_fen, share_bp=share)
    if not today < due_on <= today + timedelta(days=days):
        raise Refusal("retention.too_long", due_on=due_on, latest_on=today + timedelta(days=days))
    _enter(order, actor, kind="retention", lines={}, amount_fen=amount_fen, due_on=due_on, reason=reason)


@order_action("withdraw_change")
def withdraw_change(order: Order, *, actor: Actor) -> None:
    """The unit takes back what it asked for and the supplier has not answered."""
    change = asked_change(order.id)
    authorize(actor, ASKED_BY[change.kind], order)
    advance(change, "withdraw", actor)


def retention_most(order: Order) -> int:
    """What can still be held back: the rule's share of the contract, and no more than is neither asked for nor held."""
    share = rule("payment.retention_bp", region_code=order.region_code, on=clock.today()).value
    figures = settlement_of(order)
    within_share_fen = figures.contract_fen * share // 10_000 - figures.retained_fen
    return max(0, min(within_share_fen, figures.contract_fen - figures.asked_fen - figures.retained_fen))


def _require_settling(order: Order, action: str) -> None:
    if order.state not in SETTLING:
        raise Refusal("state.not_possible", action=action, state=order.state, kind="order")


def _ask(order: Order, actor: Actor, *, kind: str, lines: dict[str, dict[str, int]], reason: str) -> None:
    authorize(actor, ASKED_BY[kind], order)
    amount_fen = sum(told["amount_fen"] for told in lines.values())
    figures = settlement_of(order)
    if not 0 < amount_fen <= figures.unasked_fen:
        raise Refusal("change.too_much", amount_fen=amount_fen, most_fen=figures.unasked_fen)
    _enter(order, actor, kind=kind, lines=lines, amount_fen=amount_fen, due_on=None, reason=reason)


def _enter(
    order: Order,
    actor: Actor,
    *,
    kind: str,
    lines: dict[str, dict[str, int]],
    amount_fen: int,
    due_on: date | None,
    reason: str,
) -> None:
    waiting = select(SettlementChange.number).where(
        SettlementChange.order_id == order.id, SettlementChange.state == "asked"
    )
    pending = session().scalar(waiting)
    if pending is not None:
        raise Refusal("change.pending", change=pending)
    change = SettlementChange(
        number=next_number("change", region_code=order.region_code, year=order.year),
        order_id=order.id,
        order_number=order.number,
        region_code=order.region_code,
        year=order.year,
        unit_id=order.unit_id,
        supplier_id=order.supplier_id,
        kind=kind,
        state="asked",
        lines=lines,
        amount_fen=amount_fen,
        due_on=due_on,
        reason=require_reason(reason),
        answer="",
        asked_by=actor.name,
        asked_at=clock.now(),
        answered_by="",
    )
    session().add(change)
    enter(change, "ask", actor, permission="order.withdraw_change", is_new=True, note=reason, facts=facts_of(change))
