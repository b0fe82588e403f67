"""Budget lines whose economic item is in the procurement catalogue but that are not marked as procurement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, LineBalance, balances, lines_of_region
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.audit.record import record
from mall.compulsory_budget.procurement_exemption import REASONS, ProcurementExemption, exemptions_of
from mall.database import atomic, session
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine
from mall.finance.procurement_scope import Classified, classify_economic_item, procurement_scope
from mall.regions.regional_rule import rule

NOTE_MAX = 300
CONFIDENCE = "payment_watch.confidence_min"


@dataclass(frozen=True)
class UnflaggedLine:
    """One line, why its item is in the catalogue, and what became of it: an exemption, or a document under way."""

    line: BudgetLine
    balance: LineBalance
    classified: Classified
    exemption: ProcurementExemption | None
    document: BudgetDocument | None

    @property
    def can_be_moved(self) -> bool:
        return self.exemption is None and self.document is None and self.balance.available_fen > 0


def unflagged_lines(region_codes: Iterable[int], *, year: int) -> list[UnflaggedLine]:
    """Of these regions, those with most money first; lines without money left are no longer of interest."""
    lines = [
        line
        for region_code in region_codes
        for line in lines_of_region(session(), region_code=region_code, year=year)
        if not line.is_procurement
    ]
    return _judged(lines)


def unflagged_line(actor: Actor, line: BudgetLine | None) -> UnflaggedLine:
    """One line that this officer may settle. Foreign and missing look the same: Refusal("proposal.unknown_line").
    Raises Refusal("proposal.not_due") for one that needs nothing."""
    if line is None or not may(actor, "proposal.settle", line):
        raise Refusal("proposal.unknown_line")
    found = _judged([line]) if not line.is_procurement else []
    if not found or found[0].exemption is not None or found[0].document is not None:
        raise Refusal("proposal.not_due", budget_line=line.name)
    return found[0]


@atomic
def exempt_line(*, actor: Actor, line: BudgetLine | None, reason_code: str, note: str) -> None:
    """Keep a line out of procurement, for a coded reason and in words; once, and for good.

    Raises Refusal "proposal.note_needed" and those of `unflagged_line`.
    """
    authorize(actor, "proposal.settle")
    found = unflagged_line(actor, line)
    note = note.strip()
    if reason_code not in REASONS or not 2 <= len(note) <= NOTE_MAX:
        raise Refusal("proposal.note_needed", most=NOTE_MAX)
    session().add(
        ProcurementExemption(
            budget_line_id=found.line.id,
            unit_id=found.line.unit_id,
            region_code=found.line.region_code,
            year=found.line.year,
            reason_code=reason_code,
            note=note,
            user_id=actor.user_id,
            at=clock.now(),
        )
    )
    facts = {"line": found.line.code, "reason_code": reason_code, "note": note}
    record(actor=actor, action="procurement_exemption.record", subject=f"line:{found.line.id}", facts=facts)


def _judged(lines: list[BudgetLine]) -> list[UnflaggedLine]:
    scope = procurement_scope()
    told = {line.id: classify_economic_item(line.economic_code, scope=scope) for line in lines}
    inside = [line for line in lines if told[line.id].in_catalogue and _is_sure(line, told[line.id])]
    stand = balances(session(), [line.id for line in inside])
    exempt, documents = exemptions_of(told), _documents_under_way([line.id for line in inside])
    found = [
        UnflaggedLine(line, stand[line.id], told[line.id], exempt.get(line.id), documents.get(line.id))
        for line in inside
        if stand[line.id].appropriation_fen > 0
    ]
    return sorted(found, key=lambda one: (one.exemption is not None, -one.balance.appropriation_fen, one.line.code))


def _is_sure(line: BudgetLine, told: Classified) -> bool:
    return told.confidence >= rule(CONFIDENCE, region_code=line.region_code, on=clock.today()).value


def _documents_under_way(line_ids: list[int]) -> dict[int, BudgetDocument]:
    query = (
        select(BudgetDocumentLine.budget_line_id, BudgetDocument)
        .join(BudgetDocument, BudgetDocument.id == BudgetDocumentLine.document_id)
        .where(
            BudgetDocumentLine.budget_line_id.in_(line_ids),
            BudgetDocumentLine.edition == BudgetDocument.edition,
            BudgetDocumentLine.amount_fen < 0,
            BudgetDocument.kind.in_(("appropriation", "transfer")),
            BudgetDocument.state.in_(("draft", "submitted", "returned")),
        )
    )
    return dict(session().execute(query).all())
