"""Lists of budget documents: the rows a person may see, narrowed by unit, kind, state and year, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from mall.access.actor import Actor
from mall.database import session
from mall.finance.budget_document import BudgetDocument, load_lines
from mall.finance.visible_budget_documents import visible_to
from mall.people.organisation import Organisation, organisation_names

PAGE_SIZE = 20


@dataclass(frozen=True)
class BudgetDocumentFilter:
    """What a reader asked for; empty values ask for everything. `page` counts from 1."""

    unit_id: int | None = None
    kind: str = ""
    state: str = ""
    year: int | None = None
    page: int = 1


@dataclass(frozen=True)
class BudgetDocumentRows:
    """One page of documents, with lines, and the names their rows need."""

    documents: list[BudgetDocument]
    names: dict[int, str]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_budget_documents(*, actor: Actor, wanted: BudgetDocumentFilter) -> BudgetDocumentRows:
    """The newest first."""
    query = narrowed(visible_to(actor, select(BudgetDocument)), wanted)
    total = session().scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    page = min(max(1, wanted.page), max(1, -(-total // PAGE_SIZE)))
    documents = list(
        session().scalars(query.order_by(BudgetDocument.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    )
    load_lines(documents)
    names = organisation_names({document.unit_id for document in documents if document.unit_id is not None})
    return BudgetDocumentRows(documents=documents, names=names, total=total, page=page)


def narrowed(query: Select[Any], wanted: BudgetDocumentFilter) -> Select[Any]:
    """The query with the reader's filters."""
    if wanted.unit_id is not None:
        query = query.where(BudgetDocument.unit_ids.contains([wanted.unit_id]))
    if wanted.kind:
        query = query.where(BudgetDocument.kind == wanted.kind)
    if wanted.state:
        query = query.where(BudgetDocument.state == wanted.state)
    if wanted.year is not None:
        query = query.where(BudgetDocument.year == wanted.year)
    return query


def years_of(actor: Actor) -> list[int]:
    """The budget years of which this actor can see documents, newest first."""
    query = visible_to(actor, select(BudgetDocument)).with_only_columns(BudgetDocument.year).distinct()
    return sorted(session().scalars(query), reverse=True)


def units_of(actor: Actor) -> list[Organisation]:
    """The units of whose documents this actor can see some, by region and name."""
    units = visible_to(actor, select(BudgetDocument)).with_only_columns(func.unnest(BudgetDocument.unit_ids)).distinct()
    # A whole region's document names units that are none of a unit's business.
    own = actor.unit_ids
    query = select(Organisation).where(Organisation.id.in_(own) if own else Organisation.id.in_(units))
    return list(session().scalars(query.order_by(Organisation.region_code, Organisation.name)))
