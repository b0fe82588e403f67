"""The supplier's answer to a change, and the day on which money that was held back becomes due."""

from __future__ import annotations

from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.database import atomic, close_reading, session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.finance.cost_of_goods import cut_prices, take_goods_back
from mall.finance.reckon_settlement import reckon
from mall.finance.settlement import settlement_of
from mall.finance.settlement_change import SettlementChange, asked_change, facts_of
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order, order_numbered
from mall.ordering.order_action import order_action, require_reason


@order_action("agree_change")
def agree_change(order: Order, *, actor: Actor) -> None:
    """The supplier agrees: the money moves at once. Raises Refusal "change.too_much" where payment was asked for in
    the meantime."""
    change = asked_change(order.id)
    authorize(actor, "order.answer_change", order)
    figures = settlement_of(order)
    most_fen = (
        figures.contract_fen - figures.asked_fen - figures.retained_fen
        if change.kind == "retention"
        else figures.unasked_fen
    )
    if change.amount_fen > most_fen:
        raise Refusal("change.too_much", amount_fen=change.amount_fen, most_fen=most_fen)
    facts = facts_of(change)
    if change.kind == "price_cut":
        facts["costs"] = cut_prices(order, {no: told["amount_fen"] for no, told in change.lines.items()})
    elif change.kind != "retention":
        facts["costs"] = take_goods_back(
            order, change.pieces, comes_again=change.kind == "return_to_replace", reason=change.reason
        )
    _answered(change, actor)
    advance(change, "agree", actor, facts=facts)
    if change.kind == "return_to_replace" and order.state not in ("received", "disputed"):
        order.accepted_on = None
        take_step(order, "goods_back", SYSTEM, note=change.reason, facts=facts_of(change))
    reckon(order, note=change.reason, facts=facts_of(change))


@order_action("decline_change")
def decline_change(order: Order, *, actor: Actor, reason: str) -> None:
    """The supplier does not agree: nothing moves."""
    change = asked_change(order.id)
    authorize(actor, "order.answer_change", order)
    change.answer = require_reason(reason)
    _answered(change, actor)
    advance(change, "decline", actor, note=reason)


@order_action("release_retention")
def release_retention(order: Order, *, actor: Actor, reason: str) -> None:
    """The accountant lets money that is held back be asked for before its day; all of it, the oldest first.

    Raises Refusal("retention.none").
    """
    authorize(actor, "order.release_retention", order)
    held = _held(order.id)
    if not held:
        raise Refusal("retention.none", number=order.number)
    for change in held:
        advance(change, "release", actor, note=require_reason(reason), facts=facts_of(change))
    reckon(order, note=reason)


def release_due_retentions(*, limit: int = 200) -> int:
    """Let everything be asked for whose day has come. Returns how many orders; safe to run twice at once."""
    due = select(SettlementChange.order_number).where(
        SettlementChange.kind == "retention",
        SettlementChange.state == "agreed",
        SettlementChange.due_on <= clock.today(),
    )
    numbers = sorted(set(session().scalars(due.order_by(SettlementChange.due_on).limit(limit))))
    close_reading()
    return sum(_release_due(number=number) for number in numbers)


@atomic
def _release_due(*, number: str) -> bool:
    order = order_numbered(number, lock=True)
    due = [change for change in _held(order.id) if change.due_on is not None and change.due_on <= clock.today()]
    for change in due:
        advance(change, "release", SYSTEM, facts=facts_of(change))
    if due:
        reckon(order)
    return bool(due)


def _held(order_id: int) -> list[SettlementChange]:
    query = select(SettlementChange).where(
        SettlementChange.order_id == order_id,
        SettlementChange.kind == "retention",
        SettlementChange.state == "agreed",
    )
    locked = query.order_by(SettlementChange.id).with_for_update().execution_options(populate_existing=True)
    return list(session().scalars(locked))


def _answered(change: SettlementChange, actor: Actor) -> None:
    change.answered_by = actor.name
    change.answered_at = clock.now()
