"""How fund-use plans look in the API: shapes for the description, and the same as plain JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from ledger.budget_lines import find_lines
from mall.access.actor import Actor
from mall.database import session
from mall.documents.history import history_of
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.plans.fund_use_plan import FundUsePlan, PlanLineJudgement
from mall.plans.fund_use_plan_actions import possible
from mall.plans.plan_words import legal_source, plan_kind_name, what_is_accepted, why_held
from mall.web.names import state_name


class FundUsePlanRowShape(BaseModel):
    """One plan in a list."""

    number: str
    kind: str = Field(description="plan (new months), change (between months) or withdrawal")
    kind_name: str
    state: str
    state_name: str
    region_code: int
    year: int
    unit_id: int
    unit: str
    reason: str
    amount_fen: int = Field(description="What gets a month; of a change what gets another month")
    approved_fen: int | None = Field(description="What was approved, without the lines that were held")
    held_lines: int = Field(description="Lines that are not approved with the rest")
    created_at: str
    submitted_at: str | None
    due_at: str | None = Field(description="Until when it should be decided; silence moves nothing")
    decided_at: str | None


class HeldShape(BaseModel):
    """Why a line is held, by which rule of which law, what would pass, and what has become of it."""

    outcome: str = Field(description="held, exempted, repointed or adjusted")
    rule: str = Field(description="not_flagged, outside_scope, over_limit or unclear_over_limit")
    category_code: str
    why: str
    legal_source: str
    accepted: str
    plea: str
    paper: str = Field(description="What came of it: fund_use_plan:… or budget_document:…")
    evidence: dict[str, Any]


class FundUsePlanLineShape(BaseModel):
    """An amount in a month of a budget line; negative: taken out of the month."""

    line_no: int
    budget_line_id: int
    code: str
    name: str
    month: int
    amount_fen: int
    purpose: str
    category_code: str
    held: HeldShape | None


class FundUsePlanStepShape(BaseModel):
    """One step of the plan's life."""

    action: str
    before: str
    after: str
    at: str
    by: str
    note: str


class FundUsePlanShape(FundUsePlanRowShape):
    """One plan. `actions` are those that this token's person may take now."""

    actions: list[str]
    edition: int = Field(description="Counts its versions from 1")
    maker: str
    decider: str | None
    lines: list[FundUsePlanLineShape]
    history: list[FundUsePlanStepShape]


class FundUsePlanRowsShape(BaseModel):
    """One page of plans, the newest first."""

    items: list[FundUsePlanRowShape]
    next: str | None = Field(description="Cursor of the next page; null at the end")


def plan_rows(plans: list[FundUsePlan]) -> list[dict[str, Any]]:
    """Rows of a list; the plans' lines are loaded."""
    names = organisation_names({plan.unit_id for plan in plans})
    return [_row(plan, unit=names.get(plan.unit_id, "")) for plan in plans]


def whole_plan(plan: FundUsePlan, *, actor: Actor) -> dict[str, Any]:
    """Everything about it."""
    people = person_names({plan.maker_id, *([plan.decider_id] if plan.decider_id else [])})
    known = find_lines(session(), {line.budget_line_id for line in plan.lines})
    return {
        **plan_rows([plan])[0],
        "actions": possible(plan, actor),
        "edition": plan.edition,
        "maker": people.get(plan.maker_id, ""),
        "decider": people.get(plan.decider_id) if plan.decider_id else None,
        "lines": [
            {
                "line_no": line.line_no,
                "budget_line_id": line.budget_line_id,
                "code": known[line.budget_line_id].code,
                "name": known[line.budget_line_id].name,
                "month": line.month,
                "amount_fen": line.amount_fen,
                "purpose": line.purpose,
                "category_code": line.category_code,
                "held": _held(plan.judgements.get(line.line_no)),
            }
            for line in plan.lines
        ],
        "history": [
            {
                "action": step.action,
                "before": step.before,
                "after": step.after,
                "at": step.at.isoformat(),
                "by": step.actor_name,
                "note": step.note,
            }
            for step in history_of(plan.reference)
        ],
    }


def _held(judgement: PlanLineJudgement | None) -> dict[str, Any] | None:
    if judgement is None or not judgement.rule:
        return None
    return {
        "outcome": judgement.outcome,
        "rule": judgement.rule,
        "category_code": judgement.category_code,
        "why": why_held(judgement.rule, judgement.evidence),
        "legal_source": legal_source(judgement.rule),
        "accepted": what_is_accepted(judgement.rule),
        "plea": judgement.plea,
        "paper": judgement.paper,
        "evidence": judgement.evidence,
    }


def _row(plan: FundUsePlan, *, unit: str) -> dict[str, Any]:
    return {
        "number": plan.number,
        "kind": plan.kind,
        "kind_name": plan_kind_name(plan.kind),
        "state": plan.state,
        "state_name": state_name("fund_use_plan", plan.state),
        "region_code": plan.region_code,
        "year": plan.year,
        "unit_id": plan.unit_id,
        "unit": unit,
        "reason": plan.reason,
        "amount_fen": plan.amount_fen,
        "approved_fen": plan.approved_fen,
        "held_lines": len(plan.held_lines),
        "created_at": plan.created_at.isoformat(),
        "submitted_at": _at(plan.submitted_at),
        "due_at": _at(plan.due_at),
        "decided_at": _at(plan.decided_at),
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
