"""Lists of fund-use plans: the rows a person may see, narrowed by unit, kind, state and year, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from mall.access.actor import Actor
from mall.database import session
from mall.people.organisation import Organisation, organisation_names
from mall.plans.fund_use_plan import FundUsePlan, PlanLineJudgement, load_lines
from mall.plans.visible_fund_use_plans import visible_to

PAGE_SIZE = 20


@dataclass(frozen=True)
class FundUsePlanFilter:
    """What a reader asked for; empty values ask for everything. `held`: only with lines that are still held. `page`
    counts from 1."""

    unit_id: int | None = None
    kind: str = ""
    state: str = ""
    year: int | None = None
    held: bool = False
    page: int = 1


@dataclass(frozen=True)
class FundUsePlanRows:
    """One page of plans, with lines, and the names their rows need."""

    plans: list[FundUsePlan]
    names: dict[int, str]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_fund_use_plans(*, actor: Actor, wanted: FundUsePlanFilter) -> FundUsePlanRows:
    """The newest first."""
    query = narrowed(visible_to(actor, select(FundUsePlan)), wanted)
    total = session().scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    page = min(max(1, wanted.page), max(1, -(-total // PAGE_SIZE)))
    plans = list(
        session().scalars(query.order_by(FundUsePlan.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    )
    load_lines(plans)
    return FundUsePlanRows(
        plans=plans, names=organisation_names({plan.unit_id for plan in plans}), total=total, page=page
    )


def narrowed(query: Select[Any], wanted: FundUsePlanFilter) -> Select[Any]:
    """The query with the reader's filters."""
    if wanted.unit_id is not None:
        query = query.where(FundUsePlan.unit_id == wanted.unit_id)
    if wanted.kind:
        query = query.where(FundUsePlan.kind == wanted.kind)
    if wanted.state:
        query = query.where(FundUsePlan.state == wanted.state)
    if wanted.year is not None:
        query = query.where(FundUsePlan.year == wanted.year)
    if wanted.held:
        held = select(PlanLineJudgement.id).where(
            PlanLineJudgement.plan_id == FundUsePlan.id,
            PlanLineJudgement.submission_no == FundUsePlan.submission_no,
            PlanLineJudgement.outcome == "held",
        )
        query = query.where(held.exists(), FundUsePlan.state.in_(("submitted", "approved")))
    return query


def years_of(actor: Actor) -> list[int]:
    """The years of which this actor can see plans, newest first."""
    query = visible_to(actor, select(FundUsePlan)).with_only_columns(FundUsePlan.year).distinct()
    return sorted(session().scalars(query), reverse=True)


def units_of(actor: Actor) -> list[Organisation]:
    """The units of which this actor can see plans, by region and name."""
    units = visible_to(actor, select(FundUsePlan)).with_only_columns(FundUsePlan.unit_id).distinct()
    query = select(Organisation).where(Organisation.id.in_(units))
    return list(session().scalars(query.order_by(Organisation.region_code, Organisation.name)))
