"""Recording that somebody took the audit away with him."""

from __future__ import annotations

from dataclasses import asdict

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.list_audit import AuditFilter
from mall.audit.record import record
from mall.database import atomic


@atomic
def record_export(*, actor: Actor, wanted: AuditFilter, lines: int) -> None:
    """One record of one export, with what was asked for."""
    authorize(actor, "audit.read")
    facts = {key: value for key, value in asdict(wanted).items() if value}
    record(actor=actor, action="audit.export", subject="audit", facts={**facts, "lines": lines})
