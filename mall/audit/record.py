"""Writing audit records: in the use-case's own transaction for deeds, in one of their own for refusals."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from mall import clock
from mall.access.actor import VISITOR, Actor
from mall.audit.audit_record import AuditRecord
from mall.database import after_refusal, atomic, session
from mall.errors import Refusal


@dataclass(frozen=True)
class RequestFacts:
    """Where a deed came from: the address and the request id; empty for jobs and commands."""

    address: str = ""
    request_id: str = ""


_INSERT = insert(AuditRecord.__table__)
_LOCAL = RequestFacts(address="local")
request_facts: ContextVar[RequestFacts] = ContextVar("request_facts", default=_LOCAL)


def record(
    *, actor: Actor, action: str, subject: str, result: str = "done", facts: dict[str, Any] | None = None
) -> None:
    """Write one audit record in the transaction under way; without it the transaction does not commit."""
    writing = session()
    writing.execute(_INSERT, audit_row(actor=actor, action=action, subject=subject, result=result, facts=facts))
    writing.info["audited"] = True


def audit_row(
    *, actor: Actor, action: str, subject: str, result: str = "done", facts: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The values of one audit record; for the door of documents, which writes it in one statement with others."""
    source = request_facts.get()
    return {
        "at": clock.now(),
        "user_id": actor.user_id,
        "actor_name": actor.name or actor.username or "访客",
        "action": action,
        "subject": subject,
        "result": result,
        "facts": plain(facts or {}),
        "address": source.address,
        "request_id": source.request_id,
    }


@atomic
def record_refusal(*, actor: Actor, action: str, refusal: Refusal, subject: str = "") -> None:
    """Write the record of a refusal, after the refused transaction has been rolled back."""
    record(
        actor=actor,
        action=action,
        subject=subject or str(refusal.facts.get("document", "")),
        result="refused",
        facts={"code": refusal.code, **refusal.facts},
    )
    refusal.recorded = True


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: dates as ISO text, tuples and sets as lists, the rest as text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value.replace("\x00", "") if isinstance(value, str) else value
    return str(value)


def _after_refusal(refusal: Refusal, actor: Any, action: str) -> None:
    record_refusal(actor=actor if isinstance(actor, Actor) else VISITOR, action=action, refusal=refusal)


after_refusal.append(_after_refusal)
