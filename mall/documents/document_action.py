"""What every action on a numbered document shares: the frame of its step, and the bodies that it may carry.

The frame is one transaction, once per key, the row locked, seen by the actor.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mall.access.actor import Actor
from mall.database import atomic
from mall.documents.advance import Document
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.field_words import field_errors

D = TypeVar("D", bound=Document)
D_co = TypeVar("D_co", bound=Document, covariant=True)
B = TypeVar("B", bound=BaseModel)


class Visible(Protocol[D_co]):
    """One document by its number, if this actor may see it at all; `lock` takes its row."""

    def __call__(self, actor: Actor, number: str, *, lock: bool = False) -> D_co: ...


def document_action(
    action: str, *, kind: str, visible: Visible[D]
) -> Callable[[Callable[..., None]], Callable[..., D]]:
    """Frame a function that takes one step on a locked document of this kind.

    `step(document, *, actor, ...)` becomes `step(*, actor, number, request_key=None, ...)`, which returns the document
    afterwards. It raises Refusal: what `visible` says of an unknown number, "request.key_reused", and whatever the step
    refuses.
    """

    def frame(step: Callable[..., None]) -> Callable[..., D]:
        @atomic
        @functools.wraps(step)
        def run(*, actor: Actor, number: str, request_key: str | None = None, **facts: Any) -> D:
            body = {"number": number, **_told(facts)}
            claimed = claim(actor=actor, action=f"{kind}.{action}", request_key=request_key, body=body)
            document = visible(actor, number, lock=not claimed.replayed)
            if claimed.replayed:
                return document
            step(document, actor=actor, **facts)
            settle(claimed, {"number": number, "state": document.state})
            return document

        return run

    return frame


class Body(BaseModel):
    """An action's body: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        """PostgreSQL holds no NUL in a text, and nobody means one."""
        return value.replace("\x00", "") if isinstance(value, str) else value


class Nothing(Body):
    """No facts are needed."""


class WithNote(Body):
    note: Annotated[str, Field(max_length=500)] = ""


class WithReason(Body):
    reason: Annotated[str, Field(max_length=500)]


def body_in_shape(shape: type[B], body: dict[str, Any] | None) -> B:
    """The body in its shape. Raises Refusal "request.invalid" (facts: errors=[{field, message}])."""
    try:
        return shape.model_validate(body or {})
    except ValidationError as error:
        raise Refusal("request.invalid", errors=field_errors(error)) from None


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as the idempotency record holds them: lines and files as plain values."""
    return {name: [asdict(one) for one in given] if _is_rows(given) else given for name, given in facts.items()}


def _is_rows(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(is_dataclass(one) for one in given)
