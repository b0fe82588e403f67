"""The auditor's pages: the record of deeds and refusals, and its export."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template, request

from mall import clock
from mall.access.guards import current_actor, needs
from mall.audit.export_audit import audit_csv
from mall.audit.list_audit import RESULTS, AuditFilter, all_audit, list_audit
from mall.audit.record_export import record_export

pages = Blueprint("audit", __name__)


@pages.get("/audit")
@needs("audit.read")
def index() -> str:
    """The audit, newest first."""
    wanted = _wanted()
    return render_template(
        "audit/audit.html",
        wanted=wanted,
        found=list_audit(actor=current_actor(), wanted=wanted),
        results=RESULTS,
        arguments={key: value for key, value in request.args.items() if value and key != "before"},
    )


@pages.post("/audit.csv")
@needs("audit.read")
def export() -> Response:
    """What the filter finds, as CSV; the export itself is recorded, so it is no GET."""
    wanted = _wanted()
    text = audit_csv(all_audit(actor=current_actor(), wanted=wanted))
    record_export(actor=current_actor(), wanted=wanted, lines=text.count("\r\n") - 1)
    name = f"audit-{clock.local(clock.now()):%Y%m%d-%H%M%S}.csv"
    return Response(
        text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _wanted() -> AuditFilter:
    values = request.values
    return AuditFilter(
        person=values.get("person", "").strip()[:60],
        action=values.get("action", "").strip()[:60],
        subject=values.get("subject", "").strip()[:100],
        result=values.get("result", ""),
        from_day=_day(values.get("from")),
        to_day=_day(values.get("to")),
        before=_record_id(values.get("before", "")),
    )


def _record_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
