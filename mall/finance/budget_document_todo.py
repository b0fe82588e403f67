"""Which budget documents wait for this person, until when, and what follows if nothing is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.database import session
from mall.finance.budget_document import BudgetDocument, load_lines
from mall.finance.visible_budget_documents import visible_to
from mall.people.organisation import organisation_names

#: states that wait for somebody: (the main action, the code of what follows in silence)
WAITS_FOR = {
    "submitted": ("approve", "nothing_moves"),
    "returned": ("edit", "stays_returned"),
    "draft": ("submit", "stays_draft"),
}


@dataclass(frozen=True)
class BudgetTodo:
    """One document that waits for the reader, with what it is called on her desk."""

    document: BudgetDocument
    action: str
    due_at: datetime | None
    consequence_code: str
    unit_name: str


def budget_todo_for(actor: Actor, *, limit: int = 50) -> list[BudgetTodo]:
    """What waits for this person, the most urgent first; nothing for those who only read."""
    if not (may(actor, "budget_document.draw_up") or may(actor, "budget_document.decide")):
        return []
    query = visible_to(actor, select(BudgetDocument)).where(BudgetDocument.state.in_(WAITS_FOR))
    ordered = query.order_by(BudgetDocument.due_at.asc().nulls_last(), BudgetDocument.id)
    found = list(session().scalars(ordered.limit(limit * 3)))
    documents = [document for document in found if _is_hers(document, actor)][:limit]
    load_lines(documents)
    names = organisation_names({document.unit_id for document in documents if document.unit_id is not None})
    return [
        BudgetTodo(
            document,
            WAITS_FOR[document.state][0],
            document.due_at,
            WAITS_FOR[document.state][1],
            names.get(document.unit_id or 0, ""),
        )
        for document in documents
    ]


def _is_hers(document: BudgetDocument, actor: Actor) -> bool:
    if document.state == "submitted":
        return may(actor, "budget_document.decide", document)
    # A draft lies with whoever began it; what came back may be taken up by any colleague of that side.
    if document.state == "draft" and document.maker_id != actor.user_id:
        return False
    return may(actor, "budget_document.edit", document)
