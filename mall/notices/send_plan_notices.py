"""Telling people about fund-use plans: the officers who are to decide, and the unit that asked."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.database import session
from mall.finance.budget_document_people import deciders_of
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.organisation import organisation_names
from mall.people.user import UserAccount, UserPost
from mall.plans.fund_use_plan import FundUsePlan, load_lines

#: event -> code of the notice
CODES = {
    "fund_use_plan.submit": "decide_fund_use_plan",
    "fund_use_plan.plead": "fund_use_plan_plea",
    "fund_use_plan.approve": "fund_use_plan_approved",
    "fund_use_plan.return": "fund_use_plan_returned",
}


@subscribes(*CODES, "fund_use_plan.withdraw")
def send_plan_notices(event: Event) -> None:
    """Write the notices of one event. The same event again writes nothing new."""
    number = event.document.partition(":")[2]
    plan = session().scalar(select(FundUsePlan).where(FundUsePlan.number == number))
    if plan is None:
        return
    load_lines([plan])
    if event.name != "fund_use_plan.plead":
        _clear_tasks(event)
    if event.name in CODES:
        for user_id, code in _told(plan, event=event).items():
            _tell(plan, event=event, user_id=user_id, code=code)


def _told(plan: FundUsePlan, *, event: Event) -> dict[int, str]:
    """{person: code}: the officers hear what is to be decided, the unit's accountants what was, and what is held."""
    code = CODES[event.name]
    if event.name in ("fund_use_plan.submit", "fund_use_plan.plead"):
        told = {person.id: code for person in deciders_of(plan)}
        if event.name == "fund_use_plan.submit" and plan.held_lines:
            told |= dict.fromkeys(_accountants(plan), "fund_use_plan_held")
        return told
    told = dict.fromkeys({*plan.maker_ids, *_accountants(plan)}, code)
    told.pop(int(event.payload.get("by") or 0), None)
    return told


def _accountants(plan: FundUsePlan) -> list[int]:
    query = (
        select(UserPost.user_id)
        .join(UserAccount, UserAccount.id == UserPost.user_id)
        .where(
            UserPost.organisation_id == plan.unit_id,
            UserPost.role == "accountant",
            UserPost.ended_at.is_(None),
            UserAccount.state == "active",
        )
    )
    return sorted(session().scalars(query))


def _tell(plan: FundUsePlan, *, event: Event, user_id: int, code: str) -> None:
    approved = event.name == "fund_use_plan.approve"
    facts = {
        "number": plan.number,
        "plan_kind": plan.kind,
        "unit": organisation_names({plan.unit_id}).get(plan.unit_id, ""),
        "amount_fen": plan.approved_fen if approved else plan.amount_fen,
        "held": len(plan.held_lines),
        "reason": str(event.payload.get("note") or ""),
    }
    session().execute(
        insert(Notice)
        .values(
            user_id=user_id, event_id=event.id, code=code, document=event.document, facts=facts, at=event.happened_at
        )
        .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
    )


def _clear_tasks(event: Event) -> None:
    """The plan has moved on: what was asked of people before is no longer waiting, whoever did it."""
    session().execute(
        update(Notice)
        .where(Notice.document == event.document, Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now())
    )
