"""Submitting, approving, returning and withdrawing a budget document; the approval posts it to the books."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ledger import cash_plan
from ledger.budget_lines import balances, find_lines
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.predicates import decides_budgets
from mall.database import session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_action import budget_document_action
from mall.finance.budget_document_books import TAKING
from mall.finance.check_budget_document import require_enough
from mall.finance.open_budget_lines import open_budget_lines
from mall.regions.regional_rule import rule
from mall.regions.working_days import deadline

#: how long finance may think about it
DECISION_RULE = "budget.decide_working_days"


@budget_document_action("submit")
def submit_budget_document(document: BudgetDocument, *, actor: Actor) -> None:
    """Hand a draft or a returned document to the budget officers."""
    submit(document, actor=actor)


@budget_document_action("approve")
def approve_budget_document(
    document: BudgetDocument, *, actor: Actor, note: str = "", edition: int | None = None
) -> None:
    """Approve: the money moves in the same transaction. `edition` is the version that was read.

    Raises Refusal "budget.maker_decides", "budget.changed_meanwhile", "budget.not_enough" and those of the ledger.
    """
    document.states.step("approve", document.state)
    _require_other_eyes(document, actor)
    if edition not in (None, document.edition):
        raise Refusal("budget.changed_meanwhile", number=document.number)
    _require_as_judged(document)
    require_enough(document)
    open_budget_lines(document, actor=actor)
    document.decider_id = actor.user_id
    document.decided_at = clock.now()
    document.due_at = None
    advance(document, "approve", actor, note=note.strip(), facts=_taken_from_plans(document))


@budget_document_action("return")
def return_budget_document(document: BudgetDocument, *, actor: Actor, reason: str) -> None:
    """Send it back with a reason; nothing has moved. Raises Refusal "budget.maker_decides",
    "order.reason_needed"."""
    document.states.step("return", document.state)
    _require_other_eyes(document, actor)
    reason = reason.strip()
    if not 2 <= len(reason) <= 500:
        raise Refusal("order.reason_needed")
    document.due_at = None
    advance(document, "return", actor, note=reason)


@budget_document_action("withdraw")
def withdraw_budget_document(document: BudgetDocument, *, actor: Actor, note: str = "") -> None:
    """Take it back before it is decided; the number stays used."""
    document.due_at = None
    advance(document, "withdraw", actor, note=note.strip())


def submit(document: BudgetDocument, *, actor: Actor) -> None:
    """Submit a document whose row is locked, or that was drawn up in this transaction."""
    document.states.step("submit", document.state)
    authorize(actor, "budget_document.submit", document)
    require_enough(document)
    document.joined_by(actor.user_id)
    now = clock.now()
    days = rule(DECISION_RULE, region_code=document.region_code, on=clock.today()).value
    # Next year's books open on New Year's Day: until then nobody can approve, and nobody is late.
    opens_at = datetime(document.year, 1, 1, tzinfo=clock.SHANGHAI)
    document.submitted_at, document.due_at = now, deadline(max(now, opens_at), working_days=days)
    advance(document, "submit", actor, facts={"edition": document.edition, "amount_fen": document.amount_fen})


def _require_as_judged(document: BudgetDocument) -> None:
    """A workbook says what a line shall have; where something else changed it since, the difference is no longer it.

    Raises Refusal("budget.line_changed").
    """
    judged = {line.budget_line_id: line.before_fen for line in document.lines if line.before_fen is not None}
    ids = [line_id for line_id in judged if line_id is not None]
    stand, known = balances(session(), ids), find_lines(session(), ids)
    for line_id in ids:
        if stand[line_id].appropriation_fen != judged[line_id]:
            raise Refusal(
                "budget.line_changed",
                number=document.number,
                budget_line=known[line_id].name,
                line_code=known[line_id].code,
                before_fen=judged[line_id],
                appropriation_fen=stand[line_id].appropriation_fen,
            )


def _taken_from_plans(document: BudgetDocument) -> dict[str, Any]:
    """A plan follows its budget: which months give up money with the lines that lose some."""
    if document.kind not in TAKING:
        return {}
    sign = -1 if document.kind == "reduction" else 1
    changes = {line.budget_line_id: sign * line.amount_fen for line in document.lines if line.budget_line_id}
    losses = {line_id: -change_fen for line_id, change_fen in changes.items() if change_fen < 0}
    planned = cash_plan.months_as_text(cash_plan.cut_by_line(session(), losses))
    return {"planned": planned} if planned else {}


def _require_other_eyes(document: BudgetDocument, actor: Actor) -> None:
    """Four eyes; said in words of its own, because a county may have one budget officer only.

    Before anything is looked at: who may not decide hears that, and not how the money stands.
    """
    if decides_budgets(actor, document) and actor.user_id in document.maker_ids:
        raise Refusal("budget.maker_decides", number=document.number)
    authorize(actor, "budget_document.decide", document)
