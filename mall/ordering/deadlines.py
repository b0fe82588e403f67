"""Terms of an order's states: how long, and what happens when the term passes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mall import clock
from mall.access.actor import Actor
from mall.documents.advance import advance
from mall.ordering.order import Order
from mall.regions.regional_rule import rule
from mall.regions.working_days import deadline, deadline_in_days, working_days_after


@dataclass(frozen=True)
class Term:
    """The rule that gives a state its days, and the code of what follows in silence."""

    rule_code: str
    consequence: str


#: consequence codes are sentences in mall.ordering.deadline_words
TERMS: dict[str, Term] = {
    "submitted": Term("approval.remind_working_days", "approver_reminded"),
    "endorsed": Term("approval.remind_working_days", "approver_reminded"),
    "returned": Term("return.keep_working_days", "handler_reminded"),
    "approved": Term("supplier.confirm_working_days", "declined_by_silence"),
    "received": Term("acceptance.working_days", "deemed_accepted"),
    "accepted": Term("settlement.start_working_days", "supplier_reminded"),
    "invoiced": Term("settlement.start_working_days", "accountant_reminded"),
    "payment_requested": Term("settlement.start_working_days", "finance_reminded"),
    "paid": Term("rating.days", "rated_by_default"),
}


def take_step(order: Order, action: str, actor: Actor, *, note: str = "", facts: dict[str, Any] | None = None) -> None:
    """Through the one door, and into the term of the new state; a step that stays keeps its term."""
    step = order.states.step(action, order.state)
    if step.after != step.before:
        order.state_since = clock.now()
        order.due_at = term_ends_at(order, state=step.after, since=order.state_since)
    advance(order, action, actor, note=note, facts=facts)


def term_ends_at(order: Order, *, state: str, since: datetime) -> datetime | None:
    """The end of the term that a state began at `since`; None for states without one."""
    term = TERMS.get(state)
    if term is None:
        return None
    found = rule(term.rule_code, region_code=order.region_code, on=clock.local(since).date())
    if found.unit == "working_days":
        return deadline(since, working_days=found.value)
    return deadline_in_days(since, days=found.value)


#: what follows when cards are not registered in time; their term runs beside that of the state
ASSET_CONSEQUENCE = "asset_unregistered"


def asset_term_ends_at(order: Order) -> datetime | None:
    """Until when the cards of an accepted order should be registered; None before the acceptance is complete."""
    if order.accepted_on is None:
        return None
    days = rule("asset.register_working_days", region_code=order.region_code, on=order.accepted_on)
    return clock.end_of_day(working_days_after(order.accepted_on, days.value))


def consequence(order: Order) -> str:
    """The code of what follows when the present term passes; empty where there is no term."""
    term = TERMS.get(order.state)
    return term.consequence if term is not None and order.due_at is not None else ""
