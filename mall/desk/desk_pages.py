"""The start page after sign-in: what waits for this person, until when, and what follows if nothing is done."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template

from mall import clock
from mall.access.actor import OFFICER_ROLES, UNIT_ROLES
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.desk.desk_numbers import (
    budget_on_desk,
    listings_by_state,
    numbers_by_stage,
    payments_under_way,
    recent_orders,
)
from mall.desk.desk_panels import panels_for
from mall.desk.papers_todo import papers_todo_for
from mall.exchange.suspense_todo import suspense_todo_for
from mall.finance.budget_document_todo import budget_todo_for
from mall.listing_review.question_queue import count_questions
from mall.listing_review.review_queue import count_waiting
from mall.ordering.deadlines import TERMS
from mall.ordering.todo import TodoItem, todo_for
from mall.payment_watch.payment_todo import payment_todo_for
from mall.payment_watch.payment_watch_words import KIND_WORDS
from mall.people.organisation import organisation_names
from mall.plans.fund_use_plan_todo import plan_todo_for
from mall.plans.lines_without_plan import lines_without_plan

pages = Blueprint("desk", __name__)

RECENT = 5

#: whose term it is that runs in a state: a supplier who may still ship has nothing to fear from the term of acceptance
TERM_OF = {
    "approver_reminded": ("approve",),
    "handler_reminded": ("submit",),
    "declined_by_silence": ("confirm",),
    "deemed_accepted": ("accept", "accept_second", "receive"),
    "supplier_reminded": ("invoice",),
    "accountant_reminded": ("request_payment",),
    "finance_reminded": ("approve_payment",),
    "rated_by_default": ("rate",),
    "asset_unregistered": ("register_asset",),
}


@pages.get("/desk")
@needs("account.use")
def index() -> str:
    """One page for all roles; each sees the parts that her posts give her."""
    actor = current_actor()
    if actor.has_role(*OFFICER_ROLES):
        return render_template("desk/officer.html")
    todo = sorted(todo_for(actor), key=_urgency)
    pays = actor.organisations_as("accountant", "finance")
    payments = payments_under_way(unit_ids=pays, supplier_ids=actor.supplier_ids)
    organisations = {item.order.unit_id for item in todo} | {item.order.supplier_id for item in todo}
    organisations |= {payment.unit_id for payment in payments} | {payment.supplier_id for payment in payments}
    findings, finding_count = payment_todo_for(actor)
    return render_template(
        "desk/index.html",
        payment_todo=findings,
        payment_todo_count=finding_count,
        payment_kinds=KIND_WORDS,
        todo=todo,
        budget_todo=budget_todo_for(actor),
        papers_todo=papers_todo_for(actor),
        plan_todo=plan_todo_for(actor),
        without_plan=lines_without_plan(actor),
        suspense_todo=suspense_todo_for(actor),
        overdue={item.order.number for item in todo if _is_overdue(item)},
        own_terms={item.order.number for item in todo if _has_own_term(item)},
        names=organisation_names(organisations),
        stages=numbers_by_stage(actor, year=clock.today().year),
        year=clock.today().year,
        recent=recent_orders(actor, limit=RECENT) if actor.has_role("handler") else None,
        budget=budget_on_desk(actor) if actor.has_role(*UNIT_ROLES) else [],
        payments=payments,
        listings=listings_by_state(actor.supplier_ids) if actor.supplier_ids else {},
        panels=panels_for(actor),
        review_count=count_waiting(actor) if may(actor, "listing.review") else 0,
        question_count=count_questions(actor) if may(actor, "match.answer") else 0,
    )


def _urgency(item: TodoItem) -> tuple[int, datetime]:
    """What is overdue first, then by the end of the term, then what has none; a rating can always wait."""
    if item.action == "rate":
        rank = 3
    elif _has_own_term(item):
        rank = 1
    else:
        rank = 0 if _is_overdue(item) else 2
    return rank, item.due_at or item.order.state_since


def _has_own_term(item: TodoItem) -> bool:
    """Whether the term that runs for the order is the term of this very deed."""
    return item.due_at is not None and item.action in TERM_OF.get(item.consequence_code, ())


def _is_overdue(item: TodoItem) -> bool:
    """Whether the term has passed with a reminder: the order then stands in a state with a term, but without an end."""
    term = TERMS.get(item.order.state)
    return item.due_at is None and term is not None and term.consequence.endswith("_reminded")
