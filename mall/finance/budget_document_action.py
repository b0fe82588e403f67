"""The frame of every step on a budget document; an unknown or foreign one is "budget.unknown_document"."""

from __future__ import annotations

import functools
from collections.abc import Callable

from mall.documents.document_action import document_action
from mall.finance.budget_document import BudgetDocument
from mall.finance.visible_budget_documents import visible_document

UseCase = Callable[..., BudgetDocument]

budget_document_action = functools.partial(document_action, kind="budget_document", visible=visible_document)
