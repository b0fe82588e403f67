"""The state table of a budget document: drawn up, submitted, and decided by somebody who had no hand in it."""

from __future__ import annotations

from mall.documents.state_table import StateTable, Step
from mall.finance.budget_document_books import post_budget_document

BUDGET_DOCUMENT_STATES = StateTable(
    document="budget_document",
    first="draft",
    steps=(
        #    action      from         to           who may                     books
        Step("edit",     "draft",     "draft",     "budget_document.edit"),
        Step("submit",   "draft",     "submitted", "budget_document.submit"),
        Step("withdraw", "draft",     "withdrawn", "budget_document.withdraw"),
        Step("approve",  "submitted", "approved",  "budget_document.decide",   post_budget_document),
        Step("return",   "submitted", "returned",  "budget_document.decide"),
        Step("withdraw", "submitted", "withdrawn", "budget_document.withdraw"),
        Step("edit",     "returned",  "returned",  "budget_document.edit"),
        Step("submit",   "returned",  "submitted", "budget_document.submit"),
        Step("withdraw", "returned",  "withdrawn", "budget_document.withdraw"),
    ),
)  # fmt: skip
