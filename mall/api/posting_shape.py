"""How ledger postings of an order look in the API."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ledger.budget_lines import PostedEntry
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.ordering.order import Order
from mall.ordering.order_file import postings_of_order
from mall.web.translation import current_language


class PostingShape(BaseModel):
    """One entry. Entries with the same `txn_id` were posted together and sum to zero in each book."""

    txn_id: int
    event: str
    book: Literal["budget", "cash_plan", "financial", "budgetary", "treasury"]
    account: str = Field(description="Stable name, such as available, reserved, committed, accrued, in_payment, paid")
    account_code: str
    account_name: str = Field(description="In the language of Accept-Language")
    amount_fen: int = Field(description="Debit positive, credit negative")
    side: Literal["debit", "credit"]
    line_id: int = Field(description="The budget line")
    document: str = Field(description="The document for which the account is kept; empty for the line itself")
    source: str = Field(description="The paper that caused it, such as order:DD-410100-2026-000123")
    effective_on: str
    posted_at: str
    actor: str
    memo: str


class PostingsShape(BaseModel):
    """All entries of one order, oldest first."""

    items: list[PostingShape]


def postings(order: Order, *, actor: Actor) -> list[dict[str, Any]]:
    """The order's entries. Raises Refusal("access.denied") for those who may not read the unit's books."""
    authorize(actor, "order.read_book", order)
    entries = postings_of_order(order)
    in_english = current_language() == "en"
    return [_entry(entry, in_english=in_english) for entry in entries]


def _entry(entry: PostedEntry, *, in_english: bool) -> dict[str, Any]:
    return {
        "txn_id": entry.txn_id,
        "event": entry.event,
        "book": entry.book,
        "account": entry.account.name.lower(),
        "account_code": entry.official_code,
        "account_name": entry.name_en if in_english else entry.name_zh,
        "amount_fen": entry.amount_fen,
        "side": "debit" if entry.amount_fen > 0 else "credit",
        "line_id": entry.line_id,
        "document": entry.document,
        "source": f"{entry.source_type}:{entry.source_id}",
        "effective_on": entry.effective_on.isoformat(),
        "posted_at": entry.posted_at.isoformat(),
        "actor": entry.actor,
        "memo": entry.memo,
    }
