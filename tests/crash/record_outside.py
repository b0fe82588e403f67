"""The fault of the negative control: look the key up, do the deed, and then record it in a second transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mall.access.actor import Actor
from mall.api.answer_once import SECRETS, Answer
from mall.crash_point import AFTER_COMMIT, crash_point
from mall.database import atomic, close_reading, session
from mall.documents.once import RequestRecord, claim, settle


def answered_once_outside(name: str, deed: Callable[..., Any]) -> Callable[..., Answer]:
    """What `mall.api.answer_once.answered_once` must never become."""

    def perform(*, actor: Actor, **facts: Any) -> Any:
        return deed(actor=actor, **facts)

    @atomic(housekeeping="the fault under test")
    def keep(*, actor: Actor, request_key: str, body: Any, answer: Any) -> Any:
        claimed = claim(actor=actor, action=f"api.{name}", request_key=request_key, body=body)
        return claimed.answer if claimed.replayed else settle(claimed, answer)

    perform.__name__ = name
    perform_alone = atomic(perform)

    def run(*, actor: Actor, request_key: str | None = None, body: dict[str, Any], **facts: Any) -> Answer:
        known = session().get(RequestRecord, (actor.user_id or 0, f"api.{name}", request_key or ""))
        close_reading()
        if known is not None:
            return Answer(body=known.answer, is_replayed=True)
        answer = perform_alone(actor=actor, **facts)
        crash_point(AFTER_COMMIT)
        if not request_key:
            return Answer(body=answer, is_replayed=False)
        remembered = {field: value for field, value in body.items() if field not in SECRETS}
        return Answer(
            body=keep(actor=actor, request_key=request_key, body=remembered, answer=answer), is_replayed=False
        )

    run.__name__ = name
    return run
