"""The header that makes a call safe to send again: how it is described, and how a second answer shows itself."""

from __future__ import annotations

from collections.abc import Collection

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint
from flask_openapi3.models.header import Header
from flask_openapi3.models.parameter import Parameter
from flask_openapi3.models.schema import Schema

from mall.api.answer_once import Answer
from mall.api.read_request import KEY_HEADER

REPLAYED_HEADER = "Idempotency-Replayed"


def answer_response(answer: Answer, *, status: int) -> Response:
    """The answer as JSON; one that was given before says so."""
    response = jsonify(answer.body)
    response.status_code = status
    if answer.is_replayed:
        response.headers[REPLAYED_HEADER] = "true"
    return response


def describe_key(api: APIBlueprint, *, without: Collection[str] = ()) -> None:
    """Describe the header on every unsafe call of this blueprint; `without` names operations that need no key."""
    for item in api.paths.values():
        if item.post is None or item.post.operationId in without:
            continue
        item.post.parameters = [*(item.post.parameters or []), _parameter()]
        for status, response in item.post.responses.items():
            if status.startswith("2"):
                response.headers = {**(response.headers or {}), REPLAYED_HEADER: _replayed()}


def _parameter() -> Parameter:
    return Parameter(
        **{
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "description": (
                "同一编号、同一内容只办理一次，再次发送得到同样的答复；换了内容则为 422。建议用 UUID。 / "
                "The same key with the same body is done once and answered alike; with another body it is refused."
            ),
            "schema": Schema(type="string", minLength=8, maxLength=200),
        }
    )


def _replayed() -> Header:
    return Header(
        description="true: 此前已办理，这是当时的答复 / done before, this is the answer given then",
        param_schema=Schema(type="string", enum=["true"]),
    )
