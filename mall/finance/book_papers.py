"""The papers behind the postings: which of them this reader may open."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from mall.access.actor import Actor
from mall.database import session
from mall.finance import visible_budget_documents
from mall.finance.budget_document import BudgetDocument
from mall.finance.journal import Journal, journals_visible_to
from mall.ordering import visible_orders
from mall.ordering.order import Order
from mall.people.user import UserAccount
from mall.plans import visible_fund_use_plans
from mall.plans.fund_use_plan import FundUsePlan
from mall.year_end import visible_worksheets
from mall.year_end.worksheet import YearEndWorksheet


def paper_behind(source_type: str, source_id: str, causation: str | None) -> str:
    """The reference of the paper that has a page: the order of an acceptance or payment, else the source itself."""
    if source_type in ("order", "budget_document", "year_end", "journal", "fund_use_plan"):
        return f"{source_type}:{source_id}"
    return causation or f"{source_type}:{source_id}"


def papers_in_sight(actor: Actor, references: Iterable[str]) -> dict[str, str]:
    """{reference: its number} of the papers with a page among them that the actor may open."""
    asked = set(references)
    orders = _numbers(asked, "order:")
    documents = _numbers(asked, "budget_document:")
    found = {}
    if orders:
        query = visible_orders.visible_to(actor, select(Order.number).where(Order.number.in_(orders)))
        found |= {f"order:{number}": number for number in session().scalars(query)}
    if documents:
        query = select(BudgetDocument.number).where(BudgetDocument.number.in_(documents))
        query = visible_budget_documents.visible_to(actor, query)
        found |= {f"budget_document:{number}": number for number in session().scalars(query)}
    worksheets, journals = _numbers(asked, "year_end:"), _numbers(asked, "journal:")
    if worksheets:
        query = select(YearEndWorksheet.number).where(YearEndWorksheet.number.in_(worksheets))
        query = visible_worksheets.visible_to(actor, query)
        found |= {f"year_end:{number}": number for number in session().scalars(query)}
    if journals:
        query = journals_visible_to(actor, select(Journal.number).where(Journal.number.in_(journals)))
        found |= {f"journal:{number}": number for number in session().scalars(query)}
    plans = _numbers(asked, "fund_use_plan:")
    if plans:
        query = select(FundUsePlan.number).where(FundUsePlan.number.in_(plans))
        query = visible_fund_use_plans.visible_to(actor, query)
        found |= {f"fund_use_plan:{number}": number for number in session().scalars(query)}
    return found


def person_behind(username: str) -> str:
    """The name of whoever posted; the username itself for the system's own jobs."""
    return session().scalar(select(UserAccount.name).where(UserAccount.username == username)) or username


def _numbers(references: set[str], prefix: str) -> list[str]:
    return sorted(reference.removeprefix(prefix) for reference in references if reference.startswith(prefix))
