"""Telling people about findings: accountants that there is something to explain, officers to decide, and the answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.predicates import covers
from mall.database import session
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.payment_watch.other_payment import OtherPayment, PaymentLoad
from mall.payment_watch.payment_finding import PaymentFinding
from mall.people.organisation import Organisation, organisation_names
from mall.people.user import UserAccount, UserPost

#: event -> code of the notice
CODES = {
    "payment_finding.explain": "decide_payment_finding",
    "payment_finding.accept": "payment_explanation_accepted",
    "payment_finding.keep_open": "explain_payment_finding_again",
}


@subscribes("payment_load.load")
def tell_accountants(event: Event) -> None:
    """One notice for a whole load, not one for each of its findings."""
    number = event.document.partition(":")[2]
    load = session().scalar(select(PaymentLoad).where(PaymentLoad.number == number))
    if load is None:
        return
    found = session().execute(
        select(PaymentFinding.unit_id, func.count(), func.sum(PaymentFinding.amount_fen))
        .join(OtherPayment, OtherPayment.id == PaymentFinding.payment_id)
        .where(OtherPayment.load_id == load.id, PaymentFinding.state == "open")
        .group_by(PaymentFinding.unit_id)
    )
    for unit_id, count, amount_fen in found:
        facts = {"number": load.number, "count": int(count), "amount_fen": int(amount_fen)}
        for user_id in _accountants(unit_id):
            _tell(event, user_id, code="explain_payment_findings", facts=facts)


@subscribes(*CODES)
def send_payment_notices(event: Event) -> None:
    """Write the notices of one step. The same event again writes nothing new."""
    number = event.document.partition(":")[2]
    finding = session().scalar(select(PaymentFinding).where(PaymentFinding.number == number))
    if finding is None:
        return
    session().execute(
        update(Notice)
        .where(Notice.document == event.document, Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now())
    )
    unit = organisation_names({finding.unit_id}).get(finding.unit_id, "")
    facts = {"number": finding.number, "unit": unit, "amount_fen": finding.amount_fen,
             "reason": str(event.payload.get("note") or "")}  # fmt: skip
    told = _deciders(finding) if event.name == "payment_finding.explain" else [finding.explained_by_id]
    for user_id in told:
        if user_id is not None and user_id != event.payload.get("by"):
            _tell(event, user_id, code=CODES[event.name], facts=facts)


def _tell(event: Event, user_id: int, *, code: str, facts: dict[str, Any]) -> None:
    session().execute(
        insert(Notice)
        .values(
            user_id=user_id, event_id=event.id, code=code, document=event.document, facts=facts, at=event.happened_at
        )
        .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
    )


def _accountants(unit_id: int) -> list[int]:
    query = (
        select(UserPost.user_id)
        .join(UserAccount, UserAccount.id == UserPost.user_id)
        .where(
            UserPost.organisation_id == unit_id,
            UserPost.role == "accountant",
            UserPost.ended_at.is_(None),
            UserAccount.state == "active",
        )
    )
    return sorted(set(session().scalars(query)))


def _deciders(finding: PaymentFinding) -> list[int]:
    """The officers of the nearest finance department; those above it only where it has nobody else."""
    rows = session().execute(
        select(UserAccount.id, Organisation.region_code)
        .join(UserPost, UserPost.user_id == UserAccount.id)
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .where(UserPost.role == "budget", UserPost.ended_at.is_(None), UserAccount.state == "active")
    )
    found = [
        (user_id, region_code)
        for user_id, region_code in rows
        if covers(region_code, finding.region_code) and user_id != finding.explained_by_id
    ]
    nearest = {user_id for user_id, region_code in found if region_code == finding.region_code}
    return sorted(nearest or {user_id for user_id, _ in found})
