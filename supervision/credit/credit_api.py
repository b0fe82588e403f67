"""The credit platform's side of the API: it fetches our messages and sends its dishonesty lists.

No session and no token: every call is signed with the platform's key, numbered and dated (docs/credit-exchange.md).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel
from sqlalchemy import select

from mall.access.guards import everyone
from mall.api.problem import describe_problem, problems
from mall.database import session
from mall.exchange.admit_call import admit_call, require_signature
from mall.exchange.exchange_key import key_to_sign_with, keys_of
from mall.exchange.return_file import FILE_BYTES_MAX
from mall.signed_calls.read_headers import signed_headers, signed_path
from supervision.credit.credit_message import CreditMessage, message_numbered
from supervision.credit.exchange_credit import PARTNER, PLATFORM_ACTOR, message_signature, receive_answer

api = describe_problem(
    APIBlueprint(
        "api_credit",
        __name__,
        url_prefix="/api/v1/credit",
        abp_tags=[Tag(name="credit", description="信用平台交换（签名调用） / The credit platform's signed exchange")],
    )
)

SIGNATURE_HEADER = "Sunmall-File-Signature"
MESSAGES_MAX = 200
_WHY = "the credit platform has no account: every call carries a signature, looked at before anything else"


@dataclass(frozen=True)
class PlatformCall:
    """A call that was let in."""

    body: bytes
    key_id: str


class MessageShape(BaseModel):
    """One message: its number without gaps, its hash, and what is in it."""

    sequence_no: int
    file_name: str
    sha256: str
    measures: int
    grades: int
    made_at: datetime


class MessagesShape(BaseModel):
    """Messages in the order of their numbers."""

    items: list[MessageShape]


class TakenShape(BaseModel):
    """An answer that was kept."""

    sha256: str


def signed_call(view: Callable[..., Response]) -> Callable[..., Response]:
    """Let a call in by its signature, or refuse it; the view gets the call as its first argument."""

    @functools.wraps(view)
    def called(**address: Any) -> Response:
        return view(_admitted(), **address)

    # The body is read here, bounded.
    called.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return everyone(_WHY)(called)


def _admitted() -> PlatformCall:
    request.max_content_length = FILE_BYTES_MAX
    body, path = request.get_data(cache=False), signed_path()
    signed = signed_headers(is_numbered=True)
    keys = keys_of(_data_dir(), partner=PARTNER)
    good = require_signature(signed, keys, method=request.method, path=path, body=body)
    g.actor = PLATFORM_ACTOR
    admit_call(actor=PLATFORM_ACTOR, partner=PARTNER, signed=good, method=request.method, path=path, body=body)
    return PlatformCall(body=body, key_id=good.key_id)


@api.get(
    "/messages",
    summary="处理和评价的报文列表 / Messages after a number (`after`), in order",
    operation_id="listCreditMessages",
    responses={200: MessagesShape, **problems(401, 409)},
)
@signed_call
def messages(_call: PlatformCall) -> Response:
    """At most 200 at a time; ask again with the last number."""
    after = request.args.get("after", default=0, type=int)
    query = select(CreditMessage).where(CreditMessage.sequence_no > min(max(after, 0), 2**62))
    found = session().scalars(query.order_by(CreditMessage.sequence_no).limit(MESSAGES_MAX))
    items = [
        {
            "sequence_no": one.sequence_no,
            "file_name": one.file_name,
            "sha256": one.sha256,
            "measures": one.measure_count,
            "grades": one.grade_count,
            "made_at": one.made_at.isoformat(),
        }
        for one in found
    ]
    return jsonify(items=items)


@api.get(
    "/messages/<int:sequence_no>",
    summary="一份报文 / One message, the same bytes as the file",
    operation_id="readCreditMessage",
    responses={200: {"content": {"application/json": {}}, "description": "JSON"}, **problems(401, 404, 409)},
)
@signed_call
def message(_call: PlatformCall, sequence_no: int) -> Response:
    """`Sunmall-File-Signature` is the detached signature of exactly these bytes."""
    found = message_numbered(sequence_no)
    response = Response(found.content.encode(), content_type="application/json; charset=utf-8")
    key = key_to_sign_with(_data_dir(), partner=PARTNER)
    if key is not None:
        response.headers[SIGNATURE_HEADER] = message_signature(found, key).as_line().strip()
    return response


@api.post(
    "/lists",
    summary="送失信名单查询结果 / Send an answer about dishonesty lists",
    operation_id="sendDishonestyLists",
    responses={200: TakenShape, **problems(401, 409, 413, 422)},
)
@signed_call
def lists(call: PlatformCall) -> Response:
    """The same bytes again change nothing: after a lost answer, send it once more."""
    kept = receive_answer(actor=PLATFORM_ACTOR, content=call.body, came_by="api", key_id=call.key_id)
    return jsonify(sha256=kept.sha256)


def _data_dir() -> Path:
    return Path(current_app.config["SUNMALL"].data_dir)
