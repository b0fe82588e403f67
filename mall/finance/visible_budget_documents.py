"""Which budget documents, and which of their lines, a person may see: every list and every page begins here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, false, or_, select

from mall.access.actor import UNIT_ROLES, Actor
from mall.access.predicates import decides_budgets, regulates
from mall.database import session
from mall.errors import Refusal
from mall.finance.budget_attachment import BudgetAttachment, attachments_of
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine, load_lines
from mall.regions.region import code_bounds


def visible_to(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Narrow a query over BudgetDocument to the rows this actor may see: what was never submitted is its side's own."""
    if actor.is_system:
        return query
    submitted = BudgetDocument.submitted_at.is_not(None)
    conditions = []
    units = actor.organisations_as(*UNIT_ROLES)
    if units:
        conditions.append(and_(BudgetDocument.unit_ids.overlap(list(units)), submitted))
    accounts_for = actor.organisations_as("accountant")
    if accounts_for:
        conditions.append(and_(BudgetDocument.unit_ids.overlap(list(accounts_for)), BudgetDocument.side == "unit"))
    for region_code in actor.regions_as("regulator"):
        conditions.append(and_(BudgetDocument.region_code.between(*code_bounds(region_code)), submitted))
    for region_code in actor.regions_as("budget"):
        ours = or_(submitted, BudgetDocument.side == "finance")
        conditions.append(and_(BudgetDocument.region_code.between(*code_bounds(region_code)), ours))
    return query.where(or_(*conditions)) if conditions else query.where(false())


def visible_document(actor: Actor, number: str, *, lock: bool = False) -> BudgetDocument:
    """One document with its lines; `lock` takes its row. Foreign and missing look the same:
    Refusal("budget.unknown_document")."""
    if "\x00" in number or len(number) > 60:
        raise Refusal("budget.unknown_document", number=number[:60].replace("\x00", ""))
    query = visible_to(actor, select(BudgetDocument).where(BudgetDocument.number == number))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    document = session().scalar(query)
    if document is None:
        raise Refusal("budget.unknown_document", number=number)
    load_lines([document])
    return document


def attachments_in_sight(document: BudgetDocument, actor: Actor) -> list[BudgetAttachment]:
    """The document's files for this reader: the workbook of a region holds the lines of all its units, so that
    whoever sees only some of the lines is not given it."""
    files = attachments_of(document.id)
    if len(lines_in_sight(document, actor)) == len(document.lines):
        return files
    return [file for file in files if file.sha256 != document.source_sha256]


def lines_in_sight(document: BudgetDocument, actor: Actor) -> tuple[BudgetDocumentLine, ...]:
    """The document's lines for this reader: a unit sees its own, finance all of them."""
    if actor.is_system or regulates(actor, document) or decides_budgets(actor, document):
        return document.lines
    units = actor.organisations_as(*UNIT_ROLES)
    return tuple(line for line in document.lines if line.unit_id in units)
