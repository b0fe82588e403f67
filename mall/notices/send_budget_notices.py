"""Telling people about budget documents: the officers who are to decide, and those who asked."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.database import session
from mall.finance.budget_document import BudgetDocument, load_lines
from mall.finance.budget_document_people import deciders_of
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.organisation import organisation_names
from mall.people.user import UserAccount, UserPost

#: event -> code of the notice
CODES = {
    "budget_document.submit": "decide_budget_document",
    "budget_document.approve": "budget_document_approved",
    "budget_document.return": "budget_document_returned",
}


@subscribes(*CODES, "budget_document.withdraw")
def send_budget_notices(event: Event) -> None:
    """Write the notices of one event. The same event again writes nothing new."""
    number = event.document.partition(":")[2]
    document = session().scalar(select(BudgetDocument).where(BudgetDocument.number == number))
    if document is None:
        return
    load_lines([document])
    _clear_tasks(event)
    if event.name not in CODES:
        return
    names = organisation_names({document.unit_id}) if document.unit_id is not None else {}
    facts = {
        "number": document.number,
        "document_kind": document.kind,
        "unit": names.get(document.unit_id or 0, ""),
        "amount_fen": document.amount_fen,
        "reason": str(event.payload.get("note") or ""),
    }
    parts = _parts_of_units(document) if document.unit_id is None else {}
    for user_id in _audience(document, event=event):
        if user_id == event.payload.get("by"):
            continue
        told = {**facts, "amount_fen": parts[user_id]} if user_id in parts else facts
        session().execute(
            insert(Notice)
            .values(
                user_id=user_id,
                event_id=event.id,
                code=CODES[event.name],
                document=event.document,
                facts=told,
                at=event.happened_at,
            )
            .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
        )


def _parts_of_units(document: BudgetDocument) -> dict[int, int]:
    """{accountant: fen on the lines of her units}: of a whole region's document each hears of her own part."""
    rows = session().execute(
        select(UserPost.user_id, UserPost.organisation_id).where(
            UserPost.organisation_id.in_(document.unit_ids), UserPost.role == "accountant", UserPost.ended_at.is_(None)
        )
    )
    units: dict[int, set[int]] = {}
    for user_id, unit_id in rows:
        units.setdefault(user_id, set()).add(unit_id)
    makers = {*document.maker_ids, document.decider_id}
    return {
        user_id: sum(abs(line.amount_fen) for line in document.lines if line.unit_id in own)
        for user_id, own in units.items()
        if user_id not in makers
    }


def _audience(document: BudgetDocument, *, event: Event) -> list[int]:
    if event.name == "budget_document.submit":
        return [person.id for person in deciders_of(document)]
    told = set(document.maker_ids)
    if event.name == "budget_document.approve":
        # A unit hears of what finance has done with its money.
        told |= set(
            session().scalars(
                select(UserPost.user_id)
                .join(UserAccount, UserAccount.id == UserPost.user_id)
                .where(
                    UserPost.organisation_id.in_(document.unit_ids),
                    UserPost.role == "accountant",
                    UserPost.ended_at.is_(None),
                    UserAccount.state == "active",
                )
            )
        )
    return sorted(told)


def _clear_tasks(event: Event) -> None:
    """The document has moved on: what was asked of people before is no longer waiting, whoever did it."""
    session().execute(
        update(Notice)
        .where(Notice.document == event.document, Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now())
    )
