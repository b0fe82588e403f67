"""The credit platform's side of the API: it fetches our messages and sends its dishonesty lists.

No session and no token: every call is signed with the platform's key, numbered and dated (docs/credit-exchange.md).
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel
from sqlalchemy import select

from mall.api.problem import describe_problem, problems
from mall.database import session
from mall.exchange.exchange_key import key_to_sign_with
from mall.exchange.signed_call import PartnerCall, exchange_data_dir, signed_call
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
_signed = signed_call(
    partner=PARTNER,
    actor=PLATFORM_ACTOR,
    why="the credit platform has no account: every call carries a signature, looked at before anything else",
)


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


@api.get(
    "/messages",
    summary="处理和评价的报文列表 / Messages after a number (`after`), in order",
    operation_id="listCreditMessages",
    responses={200: MessagesShape, **problems(401, 409)},
)
@_signed
def messages(_call: PartnerCall) -> Response:
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
@_signed
def message(_call: PartnerCall, sequence_no: int) -> Response:
    """`Sunmall-File-Signature` is the detached signature of exactly these bytes."""
    found = message_numbered(sequence_no)
    response = Response(found.content.encode(), content_type="application/json; charset=utf-8")
    key = key_to_sign_with(exchange_data_dir(), partner=PARTNER)
    if key is not None:
        response.headers[SIGNATURE_HEADER] = message_signature(found, key).as_line().strip()
    return response


@api.post(
    "/lists",
    summary="送失信名单查询结果 / Send an answer about dishonesty lists",
    operation_id="sendDishonestyLists",
    responses={200: TakenShape, **problems(401, 409, 413, 422)},
)
@_signed
def lists(call: PartnerCall) -> Response:
    """The same bytes again change nothing: after a lost answer, send it once more."""
    kept = receive_answer(actor=PLATFORM_ACTOR, content=call.body, came_by="api", key_id=call.key_id)
    return jsonify(sha256=kept.sha256)
