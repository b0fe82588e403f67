"""What the API's documents share: a page of them, newest first, and a route for each action on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel
from sqlalchemy import Select

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.api.answer_once import answered_once
from mall.api.cursor import decode_cursor, encode_cursor
from mall.api.key_header import answer_response
from mall.api.problem import problems
from mall.api.read_request import NumberPath, read_body, reads, request_key
from mall.database import session
from mall.errors import Refusal


class Action(Protocol):
    """One action of a document: its name in addresses, the shape of its body, its use-case."""

    @property
    def name(self) -> str: ...
    @property
    def body(self) -> type[BaseModel]: ...
    @property
    def use_case(self) -> Callable[..., Any]: ...


class ActionPath(NumberPath):
    """The part of an address that names a document and what is to be done with it."""

    action: str


@dataclass(frozen=True)
class ApiDocument:
    """A kind of document as the API knows it. `answer(action, actor, number, body)` takes the action and returns the
    document afterwards as plain values; `unknown` is the refusal of a number that no such document can have."""

    path: str
    name: str
    noun: str
    permission: str
    shape: type[BaseModel]
    unknown: str
    answer: Callable[..., dict[str, Any]]
    keyed_as: str


def newest_first(asked: Select[Any], key: Any, *, limit: int, cursor: str | None) -> tuple[list[Any], str | None]:
    """One page of the rows, by falling `key` (their id), and the cursor of the next page, None at the end."""
    if cursor is not None:
        (before_id,) = decode_cursor(cursor, kinds=(int,))
        asked = asked.where(key < before_id)
    # One row more than asked for tells whether there is a next page.
    found = list(session().scalars(asked.order_by(key.desc()).limit(limit + 1)))
    shown = found[:limit]
    return shown, encode_cursor(shown[-1].id) if len(found) > len(shown) else None


def number_asked_for(text: str, *, unknown: str) -> str:
    """A number as it may be asked for; what no document can be called is an unknown one: Refusal(`unknown`)."""
    if len(text) > 60 or not text.isascii() or not text.isprintable():
        raise Refusal(unknown, number=text.encode("ascii", "replace").decode()[:60].replace("\x00", ""))
    return text


def refuse_unknown_actions(api: APIBlueprint, path: str, *, permission: str, refusal: str) -> None:
    """POST /<path>/<number>/<action> of what is no action: a misspelt one is named as such by the Refusal(`refusal`).

    The known ones have routes of their own. The route is not described.
    """

    @api.post(f"/{path}/<number>/<action>", doc_ui=False)
    @needs(permission)
    @reads
    def unknown(path: ActionPath) -> Response:
        raise Refusal(refusal, action=path.action[:60])


def add_action_routes(
    api: APIBlueprint, kind: ApiDocument, actions: Mapping[str, Action], *, titles: Mapping[str, str]
) -> None:
    """POST /<path>/<number>/<action> for each of the actions; `titles` say in the description what each does."""
    for action in actions.values():
        api.post(
            f"/{kind.path}/<number>/{action.name}",
            summary=titles[action.name],
            operation_id=f"{kind.name}_{action.name}",
            responses={200: kind.shape, **problems(400, 401, 403, 404, 409, 413, 415)},
        )(_view(kind, action))
        operation = api.paths[f"/api/v1/{kind.path}/{{number}}/{action.name}"].post
        operation.requestBody.required = any(field.is_required() for field in action.body.model_fields.values())


def _view(kind: ApiDocument, action: Action) -> Callable[..., Response]:
    """The view of one action. Its shape is only for the description: the use-case's door reads the body itself."""

    def deed(*, actor: Actor, number: str, given: dict[str, Any]) -> dict[str, Any]:
        return kind.answer(action.name, actor=actor, number=number, body=given)

    do_once = answered_once(action.use_case.__name__, deed)

    def view(number: str) -> Response:
        body = read_body(is_optional=True)
        known = number_asked_for(number, unknown=kind.unknown)
        told = {kind.keyed_as: known, **body}
        answer = do_once(actor=current_actor(), request_key=request_key(), body=told, number=known, given=body)
        return answer_response(answer, status=200)

    view.__name__ = f"{kind.name}_{action.name}"
    view.__doc__ = f"The {kind.noun} afterwards."
    view.__annotations__ |= {"path": NumberPath, "body": action.body}
    guarded = needs(kind.permission)(view)
    guarded.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return guarded
