"""Drawing up a budget document and changing it: a unit's accountant asks, a budget officer gives or sets aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.budget_attachment import BudgetAttachment, attachments_of
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine, budget_document_numbered, load_lines
from mall.finance.budget_document_action import budget_document_action
from mall.finance.budget_document_kinds import Side, kinds_for
from mall.finance.check_budget_document import AmountOnLine, check_lines, turnover_fen
from mall.finance.decide_budget_document import submit
from mall.finance.keep_attachment import KeptFile
from mall.finance.unit_budgets import UnitBudget
from mall.people.organisation import Organisation, organisation

ATTACHMENTS_MAX = 10
REASON_MAX, BASIS_MAX = 500, 100


@atomic
def draw_up_budget_document(
    *,
    actor: Actor,
    unit_id: int,
    year: int,
    kind: str,
    lines: Sequence[AmountOnLine],
    reason: str,
    basis: str,
    is_submitted: bool = False,
    attachments: Sequence[KeptFile] = (),
    request_key: str | None = None,
) -> BudgetDocument:
    """Draw a document up for one unit and year; with `is_submitted` it goes to the budget officers at once.

    Raises Refusal "budget.unknown_unit" (foreign and missing look the same), "budget.kind_not_yours",
    "budget.reason_needed", "budget.basis_needed", those of `check_lines` and of the submission.
    """
    given = {"unit_id": unit_id, "year": year, "kind": kind, "lines": [asdict(line) for line in lines]}
    given |= {"reason": reason, "basis": basis, "is_submitted": is_submitted}
    given |= {"attachments": [file.sha256 for file in attachments]}
    claimed = claim(actor=actor, action="budget_document.draw_up", request_key=request_key, body=given)
    if claimed.replayed:
        return budget_document_numbered(claimed.answer["number"])
    unit = unit_for(actor, unit_id)
    side = side_of(actor, unit)
    if kind not in kinds_for(side):
        raise Refusal("budget.kind_not_yours", document_kind=kind)
    if year < clock.today().year:
        raise Refusal("budget.year_closed", year=year)
    reason, basis = grounds_of(reason=reason, basis=basis)
    known = check_lines(lines, kind=kind, unit=unit, year=year)
    document = BudgetDocument(
        number=next_number("budget_document", region_code=unit.region_code, year=year),
        kind=kind,
        state="draft",
        region_code=unit.region_code,
        year=year,
        unit_id=unit.id,
        unit_ids=[unit.id],
        side=side,
        reason=reason,
        basis=basis,
        edition=1,
        amount_fen=turnover_fen([line.amount_fen for line in lines], kind=kind),
        maker_id=actor.user_id or 0,
        maker_ids=[actor.user_id or 0],
        created_at=clock.now(),
    )
    session().add(document)
    session().flush()
    _write_lines(document, lines)
    attach(document, attachments, actor=actor)
    facts = {"kind": kind, "unit_id": unit.id, "basis": basis, "lines": _told(lines, known)}
    record(actor=actor, action="budget_document.draw_up", subject=document.reference, facts=facts)
    if is_submitted:
        submit(document, actor=actor)
    settle(claimed, {"number": document.number, "state": document.state})
    return document


@budget_document_action("edit")
def edit_budget_document(
    document: BudgetDocument,
    *,
    actor: Actor,
    lines: Sequence[AmountOnLine],
    reason: str,
    basis: str,
    is_submitted: bool = False,
    attachments: Sequence[KeptFile] = (),
) -> None:
    """Put other lines and grounds in the place of a draft's or returned document's; the earlier ones are kept.

    Raises Refusal "budget.workbook_only" for the lines of a whole region.
    """
    document.states.step("edit", document.state)
    authorize(actor, "budget_document.edit", document)
    unit = organisation(document.unit_id) if document.unit_id is not None else None
    if unit is None:
        raise Refusal("budget.workbook_only", number=document.number)
    if document.opens_a_line:
        raise Refusal("budget.opens_a_line", number=document.number)
    document.reason, document.basis = grounds_of(reason=reason, basis=basis)
    known = check_lines(lines, kind=document.kind, unit=unit, year=document.year)
    document.edition += 1
    document.amount_fen = turnover_fen([line.amount_fen for line in lines], kind=document.kind)
    document.joined_by(actor.user_id)
    _write_lines(document, lines)
    attach(document, attachments, actor=actor)
    advance(document, "edit", actor, facts={"edition": document.edition, "lines": _told(lines, known)})
    if is_submitted:
        submit(document, actor=actor)


def unit_for(actor: Actor, unit_id: int) -> Organisation:
    """The unit for which this actor may draw documents up. Raises Refusal("budget.unknown_unit")."""
    unit = organisation(unit_id)
    if unit is None or unit.kind != "unit":
        raise Refusal("budget.unknown_unit")
    if not may(actor, "budget_document.draw_up", UnitBudget(unit_id=unit.id, region_code=unit.region_code)):
        raise Refusal("budget.unknown_unit")
    return unit


def side_of(actor: Actor, unit: Organisation) -> Side:
    """Whether this actor draws up for the unit as its accountant or as the budget officer above it."""
    subject = UnitBudget(unit_id=unit.id, region_code=unit.region_code)
    return "finance" if may(actor, "budget_document.draw_up_any_kind", subject) else "unit"


def attach(document: BudgetDocument, files: Sequence[KeptFile], *, actor: Actor) -> None:
    """Attach files that lie in the data folder; the same bytes only once. Raises Refusal("attachment.too_many")."""
    there = {attachment.sha256 for attachment in attachments_of(document.id)}
    fresh = {file.sha256: file for file in files if file.sha256 not in there}
    if len(there) + len(fresh) > ATTACHMENTS_MAX:
        raise Refusal("attachment.too_many", most=ATTACHMENTS_MAX)
    for file in fresh.values():
        session().add(
            BudgetAttachment(
                document_id=document.id,
                sha256=file.sha256,
                file_name=file.file_name,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                user_id=actor.user_id or 0,
                at=clock.now(),
            )
        )
        record(
            actor=actor,
            action="budget_document.attach",
            subject=document.reference,
            facts={"sha256": file.sha256, "file_name": file.file_name, "size_bytes": file.size_bytes},
        )


def grounds_of(*, reason: str, basis: str) -> tuple[str, str]:
    """Reason and basis without blanks around them. Raises Refusal "budget.reason_needed", "…basis_needed"."""
    reason, basis = (text.replace("\x00", "").strip() for text in (reason, basis))
    if not 2 <= len(reason) <= REASON_MAX:
        raise Refusal("budget.reason_needed", most=REASON_MAX)
    if not 2 <= len(basis) <= BASIS_MAX:
        raise Refusal("budget.basis_needed", most=BASIS_MAX)
    return reason, basis


def _write_lines(document: BudgetDocument, lines: Sequence[AmountOnLine]) -> None:
    for line_no, line in enumerate(lines, start=1):
        session().add(
            BudgetDocumentLine(
                document_id=document.id,
                edition=document.edition,
                line_no=line_no,
                unit_id=document.unit_id or 0,
                budget_line_id=line.budget_line_id,
                amount_fen=line.amount_fen,
            )
        )
    session().flush()
    load_lines([document])


def _told(lines: Sequence[AmountOnLine], known: dict[int, Any]) -> list[dict[str, Any]]:
    return [{"line": known[line.budget_line_id].code, "amount_fen": line.amount_fen} for line in lines]
