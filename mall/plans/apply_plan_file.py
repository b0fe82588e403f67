"""Turning a plan's workbook into a plan that is submitted at once; the same file is one plan."""

from __future__ import annotations

from sqlalchemy import select, text

from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.keep_attachment import KeptFile
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan
from mall.plans.fund_use_plan import FundUsePlan, fund_use_plan_numbered, load_lines
from mall.plans.plan_file import look_at_plan_file


@atomic
def apply_plan_file(
    *,
    actor: Actor,
    content: bytes,
    file: KeptFile,
    unit_id: int,
    year: int,
    reason: str,
    request_key: str | None = None,
) -> FundUsePlan:
    """Draw up and submit the plan of a workbook; the same file again answers with its plan.

    Raises Refusal "workbook.faulty_rows", "workbook.already_sent" and those of the dry run and of the submission.
    """
    given = {"sha256": file.sha256, "unit_id": unit_id, "year": year, "reason": reason}
    claimed = claim(actor=actor, action="fund_use_plan.import", request_key=request_key, body=given)
    if claimed.replayed:
        return fund_use_plan_numbered(claimed.answer["number"])
    # Two accountants with the same file come one after the other; the second finds the first one's plan.
    session().execute(text("select pg_advisory_xact_lock(hashtext('plan_file'), :unit)"), {"unit": unit_id % 2**31})
    judged = look_at_plan_file(actor=actor, content=content, unit_id=unit_id, year=year)
    known = _plan_of(file.sha256, unit_id=unit_id, year=year)
    if known is not None and known.state != "submitted":
        raise Refusal("workbook.already_sent", number=known.number)
    if known is not None:
        record(actor=actor, action="fund_use_plan.import_again", subject=known.reference)
        settle(claimed, {"number": known.number})
        return known
    if judged.faulty:
        raise Refusal("workbook.faulty_rows", rows=judged.faulty)
    plan = draw_up_fund_use_plan(
        actor=actor,
        unit_id=unit_id,
        year=year,
        kind="plan",
        lines=judged.lines,
        reason=reason,
        is_submitted=True,
        source_sha256=file.sha256,
    )
    facts = {"sha256": file.sha256, "file_name": file.file_name, "rows": len(judged.rows)}
    record(actor=actor, action="fund_use_plan.import", subject=plan.reference, facts=facts)
    settle(claimed, {"number": plan.number})
    return plan


def _plan_of(sha256: str, *, unit_id: int, year: int) -> FundUsePlan | None:
    plan = session().scalar(
        select(FundUsePlan).where(
            FundUsePlan.source_sha256 == sha256,
            FundUsePlan.unit_id == unit_id,
            FundUsePlan.year == year,
            FundUsePlan.state != "withdrawn",
        )
    )
    if plan is not None:
        load_lines([plan])
    return plan
