"""What regulators do with a case: give it to somebody, ask its parties, decide, have things put right, hear appeals.

They write cases, findings and history and nothing else: what a decision does to orders and goods is done by others,
who hear of it.
"""

from __future__ import annotations

import functools
from datetime import datetime

from sqlalchemy import select, update

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.predicates import at_or_above_desk
from mall.database import session
from mall.documents.advance import advance
from mall.documents.document_action import document_action
from mall.errors import Refusal
from mall.ordering.order_action import require_reason
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, UserPost
from mall.regions.region import chain
from mall.regions.regional_rule import rule
from mall.regions.working_days import deadline, working_days_after
from supervision.cases.visible_cases import visible_case
from supervision.cases.watch_case import WatchCase, in_words, parties_in
from supervision.cases.watch_hold import WatchHold
from supervision.finding import TRUE_CODES, Finding

EXPLAIN_RULE, RECTIFY_RULE, APPEAL_RULE = (
    "watch.explain_working_days", "watch.rectify_working_days", "watch.appeal_working_days",
)  # fmt: skip

_case_action = functools.partial(document_action, kind="watch_case", visible=visible_case)


@_case_action("assign")
def assign_case(case: WatchCase, *, actor: Actor, person_id: int | None = None, note: str = "") -> None:
    """Give it to a regulator of this desk, by default oneself. Raises Refusal("case.not_at_desk")."""
    case.states.step("assign", case.state)
    authorize(actor, "watch_case.assign", case)
    chosen = person_id if person_id is not None else actor.user_id
    if chosen not in {person.id for person in people_at_desk(case.desk_region_code)}:
        raise Refusal("case.not_at_desk", number=case.number)
    _take_up(case, chosen)
    advance(case, "assign", actor, note=note.strip(), facts={"to": chosen})


@_case_action("take_over")
def take_over_case(case: WatchCase, *, actor: Actor, reason: str) -> None:
    """Draw it up to one's own, higher desk. Raises Refusal("order.reason_needed")."""
    case.states.step("take_over", case.state)
    authorize(actor, "watch_case.take_over", case)
    reason = require_reason(reason)
    held = set(actor.regions_as("regulator"))
    desk = next(region for region in chain(case.desk_region_code)[1:] if region in held)
    _take_up(case, actor.user_id)
    advance(case, "take_over", actor, note=reason, facts={"from": case.desk_region_code, "to": desk})
    # Only now: at the new desk she would be above nobody.
    case.desk_region_code = desk
    session().execute(update(WatchHold).where(WatchHold.case_id == case.id).values(desk_region_code=desk))


@_case_action("ask")
def ask_parties(case: WatchCase, *, actor: Actor, parties: str, question: str, grounds: str) -> None:
    """Ask the unit, the supplier, or both to explain, with what is asked and why, within the region's working days.

    Raises Refusal "case.no_such_party", "order.reason_needed".
    """
    case.states.step("ask", case.state)
    authorize(actor, "watch_case.work", case)
    asked = parties_in(parties)
    there = {"unit": case.unit_id, "supplier": case.supplier_id}
    if any(there[party] is None for party in asked):
        raise Refusal("case.no_such_party", number=case.number)
    case.question, case.grounds = require_reason(question), require_reason(grounds)
    case.asked_parties = in_words({*case.asked, *asked})
    case.awaited_parties = parties
    case.asked_at = clock.now()
    case.due_at, case.overdue_at = _term(case, EXPLAIN_RULE), None
    facts = {"parties": parties, "grounds": case.grounds, "due_at": case.due_at}
    advance(case, "ask", actor, note=case.question, facts=facts)


@_case_action("confirm")
def confirm_case(case: WatchCase, *, actor: Actor, note: str) -> None:
    """It was so. The parties may appeal within the region's working days. Raises Refusal("order.reason_needed")."""
    case.states.step("confirm", case.state)
    authorize(actor, "watch_case.work", case)
    (code,) = TRUE_CODES
    days = rule(APPEAL_RULE, region_code=case.region_code, on=clock.today()).value
    case.appeal_until = working_days_after(clock.today(), days)
    _decide(case, actor, code=code, note=note)
    advance(case, "confirm", actor, note=case.decision_note, facts={"review_code": code, "until": case.appeal_until})


@_case_action("dismiss")
def dismiss_case(case: WatchCase, *, actor: Actor, review_code: str, note: str) -> None:
    """It was reasonable, or data or rule were wrong, by code. Raises Refusal("order.reason_needed")."""
    case.states.step("dismiss", case.state)
    authorize(actor, "watch_case.work", case)
    _decide(case, actor, code=review_code, note=note)
    case.closed_at = clock.now()
    advance(case, "dismiss", actor, note=case.decision_note, facts={"review_code": review_code})


@_case_action("ask_rectification")
def ask_rectification(case: WatchCase, *, actor: Actor, question: str) -> None:
    """Have it put right within the region's working days. Raises Refusal("order.reason_needed")."""
    case.states.step("ask_rectification", case.state)
    authorize(actor, "watch_case.work", case)
    case.question, case.grounds = require_reason(question), case.decision_note
    case.due_at, case.overdue_at = _term(case, RECTIFY_RULE), None
    advance(case, "ask_rectification", actor, note=case.question, facts={"due_at": case.due_at})


@_case_action("send_back")
def send_rectification_back(case: WatchCase, *, actor: Actor, reason: str) -> None:
    """It is not put right yet: the term begins anew. Raises Refusal("order.reason_needed")."""
    case.states.step("send_back", case.state)
    authorize(actor, "watch_case.work", case)
    reason = require_reason(reason)
    case.due_at, case.overdue_at = _term(case, RECTIFY_RULE), None
    advance(case, "send_back", actor, note=reason, facts={"due_at": case.due_at})


@_case_action("verify")
def verify_rectification(case: WatchCase, *, actor: Actor, note: str = "") -> None:
    """It is put right."""
    advance(case, "verify", actor, note=note.strip())


@_case_action("close")
def close_case(case: WatchCase, *, actor: Actor, note: str = "") -> None:
    """Nothing more is to be done. Raises Refusal("case.appeal_runs") while a party may still appeal."""
    step = case.states.step("close", case.state)
    authorize(actor, step.permission, case)
    still_runs = case.appealed_at is None and case.appeal_until is not None and clock.today() <= case.appeal_until
    if case.state == "confirmed" and still_runs:
        raise Refusal("case.appeal_runs", number=case.number, until=case.appeal_until)
    case.closed_at = clock.now()
    advance(case, "close", actor, note=note.strip())


@_case_action("uphold")
def uphold_decision(case: WatchCase, *, actor: Actor, note: str) -> None:
    """The appeal is heard and changes nothing. Raises Refusal "case.decider_hears_appeal", "order.reason_needed"."""
    note = _hear_appeal(case, "uphold", actor=actor, note=note)
    advance(case, "uphold", actor, note=note)


@_case_action("overturn")
def overturn_decision(case: WatchCase, *, actor: Actor, review_code: str, note: str) -> None:
    """The appeal is right: the case is dismissed by code. Raises Refusal "case.decider_hears_appeal",
    "order.reason_needed"."""
    note = _hear_appeal(case, "overturn", actor=actor, note=note)
    case.review_code, case.decision_note = review_code, note
    case.closed_at = clock.now()
    _mark_findings(case, actor, code=review_code)
    advance(case, "overturn", actor, note=note, facts={"review_code": review_code})


def people_at_desk(region_code: int) -> list[UserAccount]:
    """The active regulators of this very region."""
    query = (
        select(UserAccount)
        .join(UserPost, UserPost.user_id == UserAccount.id)
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .where(
            UserPost.role == "regulator",
            UserPost.ended_at.is_(None),
            UserAccount.state == "active",
            Organisation.region_code == region_code,
        )
        .distinct()
        .order_by(UserAccount.id)
    )
    return list(session().scalars(query))


def _take_up(case: WatchCase, person_id: int | None) -> None:
    case.assigned_to_id = person_id
    case.taken_up_at = case.taken_up_at or clock.now()


def _term(case: WatchCase, code: str) -> datetime:
    return deadline(clock.now(), working_days=rule(code, region_code=case.region_code, on=clock.today()).value)


def _decide(case: WatchCase, actor: Actor, *, code: str, note: str) -> None:
    case.decision_note = require_reason(note)
    case.review_code, case.decided_by_id, case.decided_at = code, actor.user_id, clock.now()
    case.due_at, case.awaited_parties = None, ""
    _mark_findings(case, actor, code=code)


def _mark_findings(case: WatchCase, actor: Actor, *, code: str) -> None:
    """From now on the rules' precision knows it; what somebody judged by itself before keeps its own word."""
    before = ("", *TRUE_CODES) if code not in TRUE_CODES else ("",)
    session().execute(
        update(Finding)
        .where(Finding.case_id == case.id, Finding.review_code.in_(before))
        .values(review_code=code, reviewed_by_id=actor.user_id, reviewed_at=clock.now())
    )


def _hear_appeal(case: WatchCase, action: str, *, actor: Actor, note: str) -> str:
    step = case.states.step(action, case.state)
    if at_or_above_desk(actor, case) and case.decided_by_id == actor.user_id:
        raise Refusal("case.decider_hears_appeal", number=case.number)
    authorize(actor, step.permission, case)
    case.appeal_decided_by_id = actor.user_id
    return require_reason(note)
