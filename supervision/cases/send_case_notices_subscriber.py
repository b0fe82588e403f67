"""Telling people of cases and holds: who is to act next, and what was decided about whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.catalogue.listing import Listing
from mall.database import session
from mall.notices.notice import Notice
from mall.ordering.order import Order
from mall.outbox.event import Event, subscribes
from mall.people.organisation import organisation_names
from mall.people.user import people_with
from mall.regions.region import chain
from supervision.cases.handle_case import people_at_desk
from supervision.cases.visible_cases import ANSWERING
from supervision.cases.watch_case import WatchCase
from supervision.cases.watch_hold import WatchHold

#: event -> code of the notice to the parties that were asked
TO_PARTIES = {
    "watch_case.ask": "explain_case",
    "watch_case.join": "case_grew",
    "watch_case.pass_deadline": "case_overdue",
    "watch_case.confirm": "case_confirmed",
    "watch_case.dismiss": "case_dismissed",
    "watch_case.ask_rectification": "rectify_case",
    "watch_case.send_back": "rectify_case_again",
    "watch_case.verify": "case_rectified",
    "watch_case.close": "case_closed",
    "watch_case.uphold": "appeal_refused",
    "watch_case.overturn": "appeal_granted",
}
#: event -> code of the notice to the regulator who works on it
TO_ASSIGNEE = {
    "watch_case.assign": "work_on_case",
    "watch_case.explain": "case_explained",
    "watch_case.pass_deadline": "case_unanswered",
    "watch_case.rectify": "verify_case",
    "watch_case.uphold": "own_decision_upheld",
    "watch_case.overturn": "own_decision_overturned",
}


@subscribes(*TO_PARTIES, *TO_ASSIGNEE, "watch_case.appeal", "watch_case.take_over")
def send_case_notices(event: Event) -> None:
    """Write the notices of one step of a case. The same event again writes nothing new."""
    case = session().scalar(select(WatchCase).where(WatchCase.number == event.document.partition(":")[2]))
    if case is None:
        return
    _clear_tasks(event)
    facts = _facts_of(case, event)
    if event.name in TO_PARTIES:
        _tell(event, _people_of(case), code=TO_PARTIES[event.name], facts=facts)
    if event.name in TO_ASSIGNEE and case.assigned_to_id is not None:
        _tell(event, [case.assigned_to_id], code=TO_ASSIGNEE[event.name], facts=facts)
    if event.name == "watch_case.appeal":
        _tell(event, _hearers(case), code="hear_appeal", facts=facts)
    if event.name == "watch_case.take_over":
        below = [person.id for person in people_at_desk(case.region_code)]
        _tell(event, below, code="case_taken_over", facts=facts)


#: event -> code of the notice to its proposers
TO_PROPOSERS = {
    "watch_hold.take_effect": "hold_in_force",
    "watch_hold.fail": "hold_failed",
    "watch_hold.reject": "hold_rejected",
    "watch_hold.keep": "hold_kept",
    "watch_hold.end": "hold_ended",
    "watch_hold.lapse": "hold_lapsed",
}


@subscribes(*TO_PROPOSERS, "watch_hold.propose", "watch_hold.propose_lift")
def send_hold_notices(event: Event) -> None:
    """Write the notices of one step of a hold: who is to approve, who proposed, and whose order or goods it is."""
    hold = session().scalar(select(WatchHold).where(WatchHold.number == event.document.partition(":")[2]))
    if hold is None:
        return
    _clear_tasks(event)
    facts = {"number": hold.number, "order": hold.subject_name, "reason": hold.reason, "case": hold.case_number,
             "until": hold.until.isoformat()}  # fmt: skip
    if event.name in TO_PROPOSERS:
        people = {hold.proposer_id, hold.lift_proposer_id} - {None}
        _tell(event, people, code=TO_PROPOSERS[event.name], facts=facts)
    else:
        code = "approve_hold" if event.name == "watch_hold.propose" else "approve_lift"
        makers = set(hold.maker_ids)
        _tell(event, _regulators_near(hold.region_code, but=makers), code=code, facts=facts)
    if event.name in ("watch_hold.take_effect", "watch_hold.end"):
        held, free = ("goods_held", "goods_free") if hold.listing_id is not None else ("money_held", "money_free")
        code = held if event.name == "watch_hold.take_effect" else free
        _tell(event, _people_held(hold), code=code, facts=facts, document=_own_page(hold))


def _own_page(hold: WatchHold) -> str:
    """Where a party reads of it: on its order, or in the case."""
    return f"order:{hold.order_number}" if hold.order_number else f"watch_case:{hold.case_number}"


def _facts_of(case: WatchCase, event: Event) -> dict[str, Any]:
    ids = {one for one in (case.unit_id, case.supplier_id) if one is not None}
    names = organisation_names(ids)
    about = " / ".join(names[one] for one in (case.unit_id, case.supplier_id) if one in names)
    return {
        "number": case.number,
        "unit": about,
        "amount_fen": case.amount_fen,
        "reason": str(event.payload.get("note") or ""),
        "until": clock.local(case.due_at).date().isoformat() if case.due_at else "",
        "appeal_until": case.appeal_until.isoformat() if case.appeal_until else "",
    }


def _people_of(case: WatchCase) -> list[int]:
    """Those of the asked parties who may answer."""
    found = []
    if "unit" in case.asked and case.unit_id is not None:
        found += _with(ANSWERING, organisation_id=case.unit_id)
    if "supplier" in case.asked and case.supplier_id is not None:
        found += _with(("supplier",), organisation_id=case.supplier_id)
    return found


def _people_held(hold: WatchHold) -> list[int]:
    """Those who wonder why it does not go on."""
    if hold.listing_id is not None:
        listing = session().get_one(Listing, hold.listing_id)
        return _with(("supplier",), organisation_id=listing.supplier_id)
    order = session().scalar(select(Order).where(Order.number == hold.order_number))
    if order is None:
        return []
    of_unit = _with(("handler", "leader", "accountant", "finance"), organisation_id=order.unit_id)
    return [*of_unit, *_with(("supplier",), organisation_id=order.supplier_id)]


def _with(roles: tuple[str, ...], *, organisation_id: int) -> list[int]:
    return [person.id for role in roles for person in people_with(role, organisation_id=organisation_id)]


def _hearers(case: WatchCase) -> list[int]:
    """Who hears the appeal: the nearest level above the desk that has somebody, else colleagues of who decided."""
    for region_code in (*chain(case.desk_region_code)[1:], case.desk_region_code):
        people = [person.id for person in people_at_desk(region_code) if person.id != case.decided_by_id]
        if people:
            return people
    return []


def _regulators_near(region_code: int, *, but: set[int]) -> list[int]:
    """Who may approve a hold there: the region's own regulators, else the nearest level above."""
    for one in chain(region_code):
        people = [person.id for person in people_at_desk(one) if person.id not in but]
        if people:
            return people
    return []


def _tell(
    event: Event, people: Iterable[int | None], *, code: str, facts: dict[str, Any], document: str | None = None
) -> None:
    for user_id in sorted({one for one in people if one is not None and one != event.payload.get("by")}):
        session().execute(
            insert(Notice)
            .values(
                user_id=user_id, event_id=event.id, code=code, document=document or event.document, facts=facts,
                at=event.happened_at,
            )
            .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
        )  # fmt: skip


def _clear_tasks(event: Event) -> None:
    """It has moved on: what was asked of people before is no longer waiting, whoever did it."""
    session().execute(
        update(Notice)
        .where(Notice.document == event.document, Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now())
    )
