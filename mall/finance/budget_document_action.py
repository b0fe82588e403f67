"""The frame of every step on a budget document: one transaction, once per key, the row locked, seen by the actor."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Any

from mall.access.actor import Actor
from mall.database import atomic
from mall.documents.once import claim, settle
from mall.finance.budget_document import BudgetDocument
from mall.finance.visible_budget_documents import visible_document

UseCase = Callable[..., BudgetDocument]


def budget_document_action(action: str) -> Callable[[Callable[..., None]], UseCase]:
    """Frame a function that takes one step on a locked document.

    The use-case raises Refusal: "budget.unknown_document" (foreign and missing look the same),
    "request.key_reused", and whatever the step refuses.
    """

    def frame(step: Callable[..., None]) -> UseCase:
        @atomic
        @functools.wraps(step)
        def run(*, actor: Actor, number: str, request_key: str | None = None, **facts: Any) -> BudgetDocument:
            claimed = claim(
                actor=actor,
                action=f"budget_document.{action}",
                request_key=request_key,
                body={"number": number, **_told(facts)},
            )
            document = visible_document(actor, number, lock=not claimed.replayed)
            if claimed.replayed:
                return document
            step(document, actor=actor, **facts)
            settle(claimed, {"number": number, "state": document.state})
            return document

        return run

    return frame


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as the idempotency record holds them: lines and files as plain values."""
    return {name: [asdict(one) for one in given] if _is_rows(given) else given for name, given in facts.items()}


def _is_rows(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(is_dataclass(one) for one in given)
