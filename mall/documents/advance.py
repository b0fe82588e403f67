"""The one door through which a document changes its state.

table step -> authorize -> state -> history -> audit -> outbox -> post to the ledger, all in the
transaction under way. The postings come last because a budget line is the only hot row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import Insert, bindparam, insert

from ledger.chart_of_accounts import Account
from ledger.errors import LedgerRefusal
from ledger.posting import post as post_to_ledger
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.audit.audit_record import AuditRecord
from mall.audit.record import audit_row, plain
from mall.database import in_atomic, session
from mall.documents.history import DocumentStep
from mall.documents.state_table import StateTable, Step
from mall.errors import Refusal, WriteOutsideTransaction
from mall.outbox.event import event_row
from mall.outbox.outbox_event import OutboxEvent


class Document(Protocol):
    """Anything with a state table, a state and a name for the books."""

    state: str

    @property
    def reference(self) -> str: ...
    @property
    def states(self) -> StateTable: ...


@dataclass(frozen=True)
class Posting:
    """One ledger transaction that a step asks for. `entries` come from ledger.movements."""

    region_code: int
    year: int
    source_type: str
    source_id: str
    event: str
    entries: list[Any]
    memo: str = ""
    causation: str = ""
    #: the txn that this one negates exactly
    reverses: int | None = None


def advance(
    document: Document, action: str, actor: Actor, *, note: str = "", facts: dict[str, Any] | None = None
) -> Step:
    """Take one step. The caller holds the document's row lock.

    `facts` are kept in the history and handed to the step's books. Raises Refusal
    "state.not_possible", "access.denied", "access.same_person", or the ledger's refusals.
    """
    if not in_atomic():
        raise WriteOutsideTransaction("a document advances only inside @atomic")
    facts = facts or {}
    step = document.states.step(action, document.state)
    authorize(actor, step.permission, document)
    postings = step.books(document, facts) if step.books is not None else []
    document.state = step.after
    change = {"before": step.before, "after": step.after}
    _write_history(document, step.action, actor, change=change, note=note, facts=facts)
    session().flush()
    for posting in postings:
        post(posting, actor=actor, on=clock.today())
    return step


def enter(
    document: Document,
    action: str,
    actor: Actor,
    *,
    permission: str,
    is_new: bool = False,
    note: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    """Note on a document what leaves its state alone: that it came into being (`is_new`), or that a paper came to it.

    Raises Refusal "access.denied", "access.same_person".
    """
    if not in_atomic():
        raise WriteOutsideTransaction("a document is noted on only inside @atomic")
    authorize(actor, permission, document)
    change = {"before": "" if is_new else document.state, "after": document.state}
    _write_history(document, action, actor, change=change, note=note, facts=facts or {})
    session().flush()


def _write_history(
    document: Document, action: str, actor: Actor, *, change: dict[str, str], note: str, facts: dict[str, Any]
) -> None:
    name = f"{document.states.document}.{action}"
    history = {
        "document": document.reference,
        "action": action,
        **change,
        "at": clock.now(),
        "user_id": actor.user_id,
        "actor_name": actor.name,
        "note": note,
        "facts": plain(facts),
    }
    audit = audit_row(actor=actor, action=name, subject=document.reference, facts=change)
    event = event_row(name, document=document.reference, payload={**change, "by": actor.user_id, "note": note})
    writing = session()
    writing.execute(_WRITE_HISTORY, {**_marked("step", history), **_marked("audit", audit), **_marked("event", event)})
    writing.info["audited"] = True


def _marked(mark: str, row: dict[str, Any]) -> dict[str, Any]:
    return {f"{mark}_{column}": value for column, value in row.items()}


def _insert(table: Any, mark: str, columns: str) -> Insert:
    return insert(table).values({column: bindparam(f"{mark}_{column}") for column in columns.split()})


# History, audit and outbox in one statement: every step of every document pays for the round trips here.
_WRITE_HISTORY = _insert(OutboxEvent.__table__, "event", "name document payload happened_at").add_cte(
    _insert(DocumentStep.__table__, "step", "document action before after at user_id actor_name note facts").cte(
        "step"
    ),
    _insert(AuditRecord.__table__, "audit", "at user_id actor_name action subject result facts address request_id").cte(
        "audit"
    ),
)


def post(posting: Posting, *, actor: Actor, on: date) -> None:
    """Hand one posting to the ledger; its refusals become the house's refusals.

    In a year that is over it is dated 31 December, while that month is open: what was under way may still be settled
    or given up there. What goes on with new obligations or payments waits for the year-end worksheet:
    Refusal("worksheet.waits").
    """
    if not posting.entries:
        return
    last_day = date(posting.year, 12, 31)
    if on > last_day and _goes_on(posting):
        raise Refusal("worksheet.waits", document=posting.causation.partition(":")[2], year=posting.year)
    try:
        post_to_ledger(
            session(),
            region_code=posting.region_code,
            year=posting.year,
            source_type=posting.source_type,
            source_id=posting.source_id,
            event=posting.event,
            effective_on=min(on, last_day),
            posted_at=clock.now(),
            actor=actor.username or actor.name,
            entries=posting.entries,
            memo=posting.memo,
            causation=posting.causation,
            reverses=posting.reverses,
        )
    except LedgerRefusal as refusal:
        raise Refusal(refusal.code, **refusal.facts) from refusal


def _goes_on(posting: Posting) -> bool:
    """Whether it takes money a step towards its payment, or registers an asset: no deed of a year that is over."""
    debits = {entry.account for entry in posting.entries if entry.amount_fen > 0}
    credits = {entry.account for entry in posting.entries if entry.amount_fen < 0}
    return (
        not credits.isdisjoint((Account.RESERVED, Account.COMMITTED, Account.IN_PAYMENT))
        or (Account.ACCRUED in credits and Account.COMMITTED in debits)
        or (Account.ACCEPTED_ASSETS in credits and Account.FIXED_ASSETS in debits)
    )


def possible_actions(document: Document, actor: Actor) -> list[str]:
    """The actions of the state table that this actor may take on this document now."""
    return [step.action for step in document.states.steps_from(document.state) if may(actor, step.permission, document)]
