"""Opening the new lines of an approved workbook: they are entered in the books, and the document names them."""

from __future__ import annotations

from ledger import budget_lines, fiscal_year
from ledger.errors import LedgerRefusal
from mall import clock
from mall.access.actor import Actor
from mall.database import session
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine, load_lines


def open_budget_lines(document: BudgetDocument, *, actor: Actor) -> None:
    """Enter the lines that the document describes; its next edition refers to them. Nothing to do for most documents.

    A year of a region that was never opened is opened with its first lines. Raises the ledger's refusals, such as
    ledger.line_code_taken.
    """
    if all(line.budget_line_id is not None for line in document.lines):
        return
    place = {"region_code": document.region_code, "year": document.year}
    try:
        if not fiscal_year.periods(session(), **place):
            fiscal_year.open_year(session(), **place, opened_at=clock.now(), actor=actor.username)
        ids = [line.budget_line_id or _enter(document, line) for line in document.lines]
    except LedgerRefusal as refusal:
        raise Refusal(refusal.code, **refusal.facts) from refusal
    earlier = document.lines
    document.edition += 1
    session().add_all(
        BudgetDocumentLine(
            document_id=document.id,
            edition=document.edition,
            line_no=line.line_no,
            unit_id=line.unit_id,
            budget_line_id=budget_line_id,
            new_line=line.new_line,
            amount_fen=line.amount_fen,
        )
        for line, budget_line_id in zip(earlier, ids, strict=True)
    )
    session().flush()
    load_lines([document])


def _enter(document: BudgetDocument, line: BudgetDocumentLine) -> int:
    return budget_lines.create_line(
        session(),
        region_code=document.region_code,
        year=document.year,
        unit_id=line.unit_id,
        created_at=clock.now(),
        **(line.new_line or {}),
    )
