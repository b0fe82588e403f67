"""Telling people about year-end worksheets and manual journals: who is to sign or decide, and who asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.predicates import covers
from mall.database import session
from mall.finance.journal import Journal
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.organisation import Organisation, organisation_names
from mall.people.user import UserAccount, UserPost
from mall.year_end.worksheet import YearEndWorksheet

#: event -> (code of the notice, who hears of it)
CODES = {
    "year_end.submit": ("sign_year_end", "unit_finance"),
    "year_end.sign": ("approve_year_end", "budget"),
    "year_end.return": ("year_end_returned", "makers"),
    "year_end.execute": ("year_end_executed", "accountants"),
    "journal.draw_up": ("approve_journal", "unit_finance"),
    "journal.approve": ("journal_approved", "makers"),
    "journal.return": ("journal_returned", "makers"),
}
#: steps after which earlier notices ask for nothing any more, and that tell nobody
SILENT = ("year_end.approve", "year_end.propose", "year_end.withdraw", "journal.withdraw")


@subscribes(*CODES, *SILENT)
def send_year_end_notices(event: Event) -> None:
    """Write the notices of one event. The same event again writes nothing new."""
    kind, _colon, number = event.document.partition(":")
    table = YearEndWorksheet if kind == "year_end" else Journal
    paper = session().scalar(select(table).where(table.number == number))
    if paper is None:
        return
    _clear_tasks(event)
    if event.name not in CODES:
        return
    code, audience = CODES[event.name]
    facts = {
        "number": paper.number,
        "unit": organisation_names({paper.unit_id}).get(paper.unit_id, ""),
        "year": paper.year,
        "amount_fen": paper.carry_fen if isinstance(paper, YearEndWorksheet) else paper.amount_fen,
        "reason": str(event.payload.get("note") or ""),
    }
    for user_id in _people(audience, paper=paper):
        if user_id != event.payload.get("by"):
            _tell(user_id, code=code, facts=facts, event=event)


def _tell(user_id: int, *, code: str, facts: dict[str, Any], event: Event) -> None:
    values = {"user_id": user_id, "event_id": event.id, "code": code, "document": event.document, "facts": facts}
    session().execute(
        insert(Notice)
        .values(**values, at=event.happened_at)
        .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
    )


def _people(audience: str, *, paper: YearEndWorksheet | Journal) -> list[int]:
    if audience == "makers":
        return list(paper.maker_ids)
    if audience == "budget":
        return _budget_officers(paper)
    role = "finance" if audience == "unit_finance" else "accountant"
    rows = session().scalars(
        select(UserPost.user_id)
        .join(UserAccount, UserAccount.id == UserPost.user_id)
        .where(
            UserPost.organisation_id == paper.unit_id,
            UserPost.role == role,
            UserPost.ended_at.is_(None),
            UserAccount.state == "active",
        )
    )
    kept = set(paper.maker_ids) if role == "finance" else set()
    return sorted(set(rows) - kept)


def _budget_officers(paper: YearEndWorksheet | Journal) -> list[int]:
    """Those of the region's own finance department; where there is none, those above it."""
    rows = session().execute(
        select(UserPost.user_id, Organisation.region_code)
        .join(UserAccount, UserAccount.id == UserPost.user_id)
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .where(UserPost.role == "budget", UserPost.ended_at.is_(None), UserAccount.state == "active")
    )
    covering = [(code, user_id) for user_id, code in rows if covers(code, paper.region_code)]
    own = [user_id for code, user_id in covering if code == paper.region_code]
    kept = set(paper.maker_ids)
    return sorted(set(own or [user_id for _code, user_id in covering]) - kept)


def _clear_tasks(event: Event) -> None:
    """The paper has moved on: what was asked of people before is no longer waiting, whoever did it."""
    session().execute(
        update(Notice)
        .where(Notice.document == event.document, Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now())
    )
