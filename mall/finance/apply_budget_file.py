"""Turning a budget workbook into one document that another officer approves; its approval creates the new lines."""

from __future__ import annotations

from sqlalchemy import select, text

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine, budget_document_numbered, load_lines
from mall.finance.decide_budget_document import submit
from mall.finance.draw_up_budget_document import attach, grounds_of
from mall.finance.judge_budget_file import JudgedFile, judge_budget_file
from mall.finance.keep_attachment import KeptFile
from mall.finance.read_budget_file import read_budget_file
from mall.finance.unit_budgets import RegionBudget
from mall.regions.region import regions_by_code

YEARS_AHEAD = 1


def look_at_budget_file(*, actor: Actor, content: bytes, region_code: int, year: int) -> JudgedFile:
    """The dry run: what the file would change. Raises Refusal "budget.unknown_region", "workbook.year"
    and those of `read_budget_file`."""
    _require_place(actor, region_code=region_code, year=year)
    return judge_budget_file(read_budget_file(content), region_code=region_code, year=year)


@atomic
def apply_budget_file(
    *,
    actor: Actor,
    content: bytes,
    file: KeptFile,
    region_code: int,
    year: int,
    reason: str,
    basis: str,
    request_key: str | None = None,
) -> BudgetDocument:
    """Draw up and submit the document of a workbook; the same file again answers with its document.

    Raises Refusal "workbook.faulty_rows", "workbook.nothing_to_do", "workbook.already_sent" and those of the dry run.
    """
    given = {"sha256": file.sha256, "region_code": region_code, "year": year, "reason": reason, "basis": basis}
    claimed = claim(actor=actor, action="budget_document.import", request_key=request_key, body=given)
    if claimed.replayed:
        return budget_document_numbered(claimed.answer["number"])
    _require_place(actor, region_code=region_code, year=year)
    # Two officers with the same file come one after the other; the second finds the first one's document.
    session().execute(text("select pg_advisory_xact_lock(hashtext('budget_file'), :region)"), {"region": region_code})
    known = _document_of(file.sha256, region_code=region_code, year=year)
    judged = judge_budget_file(read_budget_file(content), region_code=region_code, year=year)
    if known is not None and known.state != "submitted" and judged.changing:
        raise Refusal("workbook.already_sent", number=known.number)
    if known is not None:
        record(actor=actor, action="budget_document.import_again", subject=known.reference)
        settle(claimed, {"number": known.number})
        return known
    if judged.counts["faulty"]:
        raise Refusal("workbook.faulty_rows", rows=judged.counts["faulty"])
    if not judged.changing:
        raise Refusal("workbook.nothing_to_do", year=year)
    document = _draw_up(judged, actor=actor, sha256=file.sha256, grounds=grounds_of(reason=reason, basis=basis))
    attach(document, [file], actor=actor)
    facts = {**judged.counts, "given_fen": judged.given_fen, "taken_fen": judged.taken_fen, "sha256": file.sha256}
    record(actor=actor, action="budget_document.import", subject=document.reference, facts=facts)
    submit(document, actor=actor)
    settle(claimed, {"number": document.number})
    return document


def _require_place(actor: Actor, *, region_code: int, year: int) -> None:
    if region_code not in regions_by_code():
        raise Refusal("budget.unknown_region")
    authorize(actor, "budget_document.import", RegionBudget(region_code=region_code))
    this_year = clock.today().year
    # A closed year takes no postings: its document could never be approved.
    if not this_year <= year <= this_year + YEARS_AHEAD:
        raise Refusal("workbook.year", year=year, earliest=this_year, latest=this_year + YEARS_AHEAD)


def _document_of(sha256: str, *, region_code: int, year: int) -> BudgetDocument | None:
    document = session().scalar(
        select(BudgetDocument).where(
            BudgetDocument.source_sha256 == sha256,
            BudgetDocument.region_code == region_code,
            BudgetDocument.year == year,
            BudgetDocument.state != "withdrawn",
        )
    )
    if document is not None:
        load_lines([document])
    return document


def _draw_up(judged: JudgedFile, *, actor: Actor, sha256: str, grounds: tuple[str, str]) -> BudgetDocument:
    reason, basis = grounds
    document = BudgetDocument(
        number=next_number("budget_document", region_code=judged.region_code, year=judged.year),
        kind="appropriation",
        state="draft",
        region_code=judged.region_code,
        year=judged.year,
        unit_id=None,
        unit_ids=sorted({row.unit_id for row in judged.changing if row.unit_id is not None}),
        side="finance",
        reason=reason,
        basis=basis,
        edition=1,
        amount_fen=judged.given_fen + judged.taken_fen,
        maker_id=actor.user_id or 0,
        maker_ids=[actor.user_id or 0],
        created_at=clock.now(),
        source_sha256=sha256,
    )
    session().add(document)
    session().flush()
    session().add_all(
        BudgetDocumentLine(
            document_id=document.id,
            edition=1,
            line_no=line_no,
            unit_id=row.unit_id or 0,
            budget_line_id=row.budget_line_id,
            new_line=row.new_line,
            amount_fen=row.change_fen,
            before_fen=row.before_fen,
        )
        for line_no, row in enumerate(judged.changing, start=1)
    )
    session().flush()
    load_lines([document])
    return document
