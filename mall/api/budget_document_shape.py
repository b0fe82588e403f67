"""How budget documents look in the API: shapes for the description, and the same as plain JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from mall.access.actor import Actor
from mall.documents.history import history_of
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_actions import possible
from mall.finance.budget_effects import effects_of
from mall.finance.check_budget_document import turnover_fen
from mall.finance.visible_budget_documents import attachments_in_sight, lines_in_sight
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.web.names import budget_kind_name, state_name


class BudgetDocumentRowShape(BaseModel):
    """One budget document in a list."""

    number: str
    kind: str = Field(description="appropriation, supplement, reduction, transfer, freeze or thaw")
    kind_name: str
    state: str
    state_name: str
    region_code: int
    year: int
    unit_id: int | None = Field(description="null for the document of a whole region")
    unit: str
    reason: str
    basis: str = Field(description="Legal basis or document number (文号)")
    amount_fen: int = Field(description="Of a transfer what moves, else the sum of the amounts; of the lines you see")
    created_at: str
    submitted_at: str | None
    due_at: str | None = Field(description="Until when it should be decided; silence moves nothing")
    decided_at: str | None


class BudgetEffectShape(BaseModel):
    """One line and what the document does to it; for a document that is not approved, as if it were approved now."""

    line_no: int
    unit_id: int
    budget_line_id: int | None = Field(description="null for a line that the approval creates")
    code: str
    name: str
    amount_fen: int = Field(description="Negative: taken from the line")
    before: dict[str, int] = Field(description="Fen by account (appropriation, available, frozen) before it")
    after: dict[str, int]


class BudgetStepShape(BaseModel):
    """One step of the document's life."""

    action: str
    before: str
    after: str
    at: str
    by: str
    note: str


class BudgetAttachmentShape(BaseModel):
    """A file that belongs to the document; its content is read on the document's page."""

    file_name: str
    media_type: str
    size_bytes: int
    sha256: str


class BudgetDocumentShape(BudgetDocumentRowShape):
    """One budget document. `actions` are those that this token's person may take now."""

    actions: list[str]
    edition: int = Field(description="Counts its versions from 1")
    maker: str
    decider: str | None
    lines: list[BudgetEffectShape]
    history: list[BudgetStepShape]
    attachments: list[BudgetAttachmentShape]


class BudgetDocumentRowsShape(BaseModel):
    """One page of documents, the newest first."""

    items: list[BudgetDocumentRowShape]
    next: str | None = Field(description="Cursor of the next page; null at the end")


def document_rows(documents: list[BudgetDocument], *, actor: Actor) -> list[dict[str, Any]]:
    """Rows of a list; the documents' lines are loaded."""
    names = organisation_names({document.unit_id for document in documents if document.unit_id is not None})
    return [_row(document, actor=actor, unit=names.get(document.unit_id or 0, "")) for document in documents]


def whole_document(document: BudgetDocument, *, actor: Actor) -> dict[str, Any]:
    """Everything that this reader may see of it."""
    people = person_names({document.maker_id, *([document.decider_id] if document.decider_id else [])})
    return {
        **document_rows([document], actor=actor)[0],
        "actions": possible(document, actor),
        "edition": document.edition,
        "maker": people.get(document.maker_id, ""),
        "decider": people.get(document.decider_id) if document.decider_id else None,
        "lines": [
            {
                "line_no": effect.line_no,
                "unit_id": effect.unit_id,
                "budget_line_id": effect.budget_line_id,
                "code": effect.code,
                "name": effect.name,
                "amount_fen": effect.amount_fen,
                "before": effect.before,
                "after": effect.after,
            }
            for effect in effects_of(document, lines_in_sight(document, actor))
        ],
        "history": [
            {
                "action": step.action,
                "before": step.before,
                "after": step.after,
                "at": step.at.isoformat(),
                "by": step.actor_name,
                "note": step.note,
            }
            for step in history_of(document.reference)
        ],
        "attachments": [
            {
                "file_name": file.file_name,
                "media_type": file.media_type,
                "size_bytes": file.size_bytes,
                "sha256": file.sha256,
            }
            for file in attachments_in_sight(document, actor)
        ],
    }


def _row(document: BudgetDocument, *, actor: Actor, unit: str) -> dict[str, Any]:
    amounts = [line.amount_fen for line in lines_in_sight(document, actor)]
    return {
        "number": document.number,
        "kind": document.kind,
        "kind_name": budget_kind_name(document.kind),
        "state": document.state,
        "state_name": state_name("budget_document", document.state),
        "region_code": document.region_code,
        "year": document.year,
        "unit_id": document.unit_id,
        "unit": unit,
        "reason": document.reason,
        "basis": document.basis,
        "amount_fen": turnover_fen(amounts, kind=document.kind),
        "created_at": document.created_at.isoformat(),
        "submitted_at": _at(document.submitted_at),
        "due_at": _at(document.due_at),
        "decided_at": _at(document.decided_at),
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
