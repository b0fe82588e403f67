"""The queue of a desk: of the cases that nobody has taken up the most worth while, as many as the week has room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.regions.regional_rule import RuleValue, rule
from supervision.cases.visible_cases import own_cases, visible_cases
from supervision.cases.watch_case import WatchCase
from supervision.cases.watch_case_states import ENDED, WATCH_CASE_STATES

BUDGET_RULE = "watch.case_budget"
PAGE_SIZE = 25


@dataclass(frozen=True)
class DeskQueue:
    """What one desk is shown on one day. `budget`: cases a week; `taken_up`: how many of this week's are used."""

    region_code: int
    budget: RuleValue
    taken_up: int
    cases: list[WatchCase]
    #: how many more are stored and can be browsed
    stored: int


def case_queue(actor: Actor, on: date) -> list[DeskQueue]:
    """One queue for each region of which the actor is a regulator, by region."""
    return [_queue_of(region_code, on) for region_code in actor.regions_as("regulator")]


def _queue_of(region_code: int, on: date) -> DeskQueue:
    budget = rule(BUDGET_RULE, region_code=region_code, on=on)
    # The first instant of this week's Monday.
    monday = clock.end_of_day(on - timedelta(days=on.weekday() + 1))
    of_desk = (WatchCase.desk_region_code == region_code,)
    taken_up = (
        session().scalar(select(func.count()).where(*of_desk, WatchCase.taken_up_at > monday,
                                                    WatchCase.taken_up_at <= clock.end_of_day(on))) or 0
    )  # fmt: skip
    waiting = (*of_desk, WatchCase.state == WATCH_CASE_STATES.first)
    stored = session().scalar(select(func.count()).where(*waiting)) or 0
    room = max(0, budget.value - taken_up)
    query = select(WatchCase).where(*waiting).order_by(WatchCase.priority.desc(), WatchCase.id).limit(room)
    cases = list(session().scalars(query))
    return DeskQueue(region_code, budget, taken_up, cases, stored - len(cases))


def cases_in_hand(actor: Actor) -> list[WatchCase]:
    """What this person has taken up and not yet ended, the most urgent first."""
    query = select(WatchCase).where(WatchCase.assigned_to_id == actor.user_id, WatchCase.state.not_in(ENDED))
    return list(session().scalars(visible_cases(actor, query).order_by(WatchCase.due_at, WatchCase.id)))


@dataclass(frozen=True)
class CaseFilter:
    """What a reader of the list asked for; empty means all."""

    state: str = ""
    region_code: int | None = None
    page: int = 1


@dataclass(frozen=True)
class CasePage:
    """One page of a list."""

    cases: Sequence[WatchCase]
    total: int
    page: int
    pages: int


def list_cases(actor: Actor, wanted: CaseFilter) -> CasePage:
    """The cases that a regulator may see, the most worth while first."""
    query = visible_cases(actor, select(WatchCase))
    if wanted.state in WATCH_CASE_STATES.states:
        query = query.where(WatchCase.state == wanted.state)
    if wanted.region_code is not None:
        query = query.where(WatchCase.desk_region_code == wanted.region_code)
    total = session().scalar(query.with_only_columns(func.count(WatchCase.id))) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, wanted.page), pages)
    query = query.order_by(WatchCase.priority.desc(), WatchCase.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return CasePage(list(session().scalars(query)), total, page, pages)


def cases_about(actor: Actor, *, limit: int = 200) -> list[WatchCase]:
    """The cases in which this person's unit or firm was asked, the newest first."""
    query = own_cases(actor, select(WatchCase)).order_by(WatchCase.asked_at.desc(), WatchCase.id.desc())
    return list(session().scalars(query.limit(limit)))
