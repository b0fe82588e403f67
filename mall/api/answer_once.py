"""Answering a keyed request once: the answer is kept in the transaction of its effect, and given again as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mall.access.actor import Actor
from mall.database import atomic
from mall.documents.once import claim, settle

#: never part of what is remembered of a request, not even inside a hash
SECRETS = ("password",)


@dataclass(frozen=True)
class Answer:
    """What goes out as JSON, and whether it went out before."""

    body: Any
    is_replayed: bool


def answered_once(name: str, deed: Callable[..., Any]) -> Callable[..., Answer]:
    """Make `deed(actor=..., **facts) -> JSON` a use-case `(*, actor, request_key, body, **facts) -> Answer`.

    `name` stands in the audit when the deed is refused. `body` is what the key is held against.
    Raises the refusals of `mall.documents.once.claim` and of the deed.
    """

    def run(*, actor: Actor, request_key: str | None = None, body: dict[str, Any], **facts: Any) -> Answer:
        remembered = {field: value for field, value in body.items() if field not in SECRETS}
        claimed = claim(actor=actor, action=f"api.{name}", request_key=request_key, body=remembered)
        if claimed.replayed:
            return Answer(body=claimed.answer, is_replayed=True)
        return Answer(body=settle(claimed, deed(actor=actor, **facts)), is_replayed=False)

    run.__name__ = name
    return atomic(run)
