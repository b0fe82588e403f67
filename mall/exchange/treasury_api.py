"""The treasury's side of the API: it fetches batches, acknowledges them, and sends returns and statements.

No session and no token: every call is signed with the treasury's key, numbered and dated
(docs/treasury-exchange.md).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Response, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from mall.api.problem import describe_problem, problems
from mall.api.read_request import in_shape
from mall.database import session
from mall.errors import Refusal
from mall.exchange.acknowledge_batch import acknowledge_batch, batch_numbered
from mall.exchange.admit_call import TREASURY_ACTOR
from mall.exchange.exchange_key import TREASURY, key_to_sign_with
from mall.exchange.receive_return import keep_refused
from mall.exchange.receive_statement import keep_statement
from mall.exchange.sign_batches import batch_signature
from mall.exchange.signed_call import PartnerCall, exchange_data_dir, signed_call
from mall.exchange.statement_file import read_statement
from mall.finance.exchange_treasury import take_returns
from mall.finance.treasury_batch import TreasuryBatch, TreasuryReceipt

api = describe_problem(
    APIBlueprint(
        "api_treasury",
        __name__,
        url_prefix="/api/v1/treasury",
        abp_tags=[Tag(name="treasury", description="国库交换（签名调用） / The treasury's signed exchange")],
    )
)

CSV_TYPE = "text/csv; charset=utf-8"
SIGNATURE_HEADER = "Sunmall-File-Signature"
BATCHES_MAX = 200
_signed = signed_call(
    partner=TREASURY,
    actor=TREASURY_ACTOR,
    why="the treasury has no account: every call carries a signature, looked at before anything else",
)


class BatchShape(BaseModel):
    """One batch: its number without gaps, its hash, and when the treasury acknowledged it."""

    sequence_no: int
    file_name: str
    sha256: str
    payment_count: int
    amount_fen: int
    created_at: datetime
    received_at: datetime | None


class BatchesShape(BaseModel):
    """Batches in the order of their numbers."""

    items: list[BatchShape]


class Receipt(BaseModel):
    """What the treasury holds."""

    model_config = ConfigDict(extra="forbid")

    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class ReturnsShape(BaseModel):
    """What became of the lines: how many ended how, and which ones wait for a person."""

    already_imported: bool
    outcomes: dict[str, int]
    findings: list[str]


class StatementShape(BaseModel):
    """A statement that was kept."""

    number: str
    sha256: str
    rows: int


@api.get(
    "/batches",
    summary="支付批次列表 / Batches after a number (`after`), in order",
    operation_id="listTreasuryBatches",
    responses={200: BatchesShape, **problems(401, 409)},
)
@_signed
def batches(_call: PartnerCall) -> Response:
    """At most 200 at a time; ask again with the last number."""
    after = request.args.get("after", default=0, type=int)
    rows = session().execute(
        select(TreasuryBatch, TreasuryReceipt.at)
        .outerjoin(TreasuryReceipt, TreasuryReceipt.batch_id == TreasuryBatch.id)
        .where(TreasuryBatch.sequence_no > min(max(after, 0), 2**62))
        .order_by(TreasuryBatch.sequence_no)
        .limit(BATCHES_MAX)
    )
    items = [
        {
            "sequence_no": batch.sequence_no,
            "file_name": batch.file_name,
            "sha256": batch.sha256,
            "payment_count": batch.payment_count,
            "amount_fen": batch.amount_fen,
            "created_at": batch.created_at.isoformat(),
            "received_at": received_at.isoformat() if received_at else None,
        }
        for batch, received_at in rows
    ]
    return jsonify(items=items)


@api.get(
    "/batches/<int:sequence_no>",
    summary="支付批次文件 / One batch, the same bytes as the file",
    operation_id="readTreasuryBatch",
    responses={200: {"content": {"text/csv": {}}, "description": "CSV"}, **problems(401, 404, 409)},
)
@_signed
def batch(_call: PartnerCall, sequence_no: int) -> Response:
    """`Sunmall-File-Signature` is the detached signature of exactly these bytes."""
    found = batch_numbered(sequence_no)
    response = Response(found.content.encode(), content_type=CSV_TYPE)
    key = key_to_sign_with(exchange_data_dir())
    if key is not None:
        response.headers[SIGNATURE_HEADER] = batch_signature(found, key).as_line().strip()
    return response


@api.post(
    "/batches/<int:sequence_no>/receipt",
    summary="确认收到批次 / Acknowledge a batch by its hash",
    operation_id="acknowledgeTreasuryBatch",
    responses={200: Receipt, **problems(400, 401, 404, 409, 413)},
)
@_signed
def receipt(call: PartnerCall, sequence_no: int) -> Response:
    """Saying it twice is saying it once."""
    given = in_shape(Receipt, _json(call.body))
    acknowledge_batch(actor=TREASURY_ACTOR, sequence_no=sequence_no, sha256=given.sha256, key_id=call.key_id)
    return jsonify(sha256=given.sha256)


@api.post(
    "/returns",
    summary="送回单 / Send a return file",
    operation_id="sendTreasuryReturns",
    responses={200: ReturnsShape, **problems(401, 409, 413, 422)},
)
@_signed
def returns(call: PartnerCall) -> Response:
    """The body is a return file. The same bytes again change nothing: after a lost answer, send it once more."""
    name = "api-return.csv"
    try:
        report = take_returns(
            actor=TREASURY_ACTOR, file_name=name, content=call.body, came_by="api", key_id=call.key_id
        )
    except Refusal as refusal:
        keep_refused(actor=TREASURY_ACTOR, file_name=name, content=call.body, signature="", refusal=refusal)
        raise
    return jsonify(already_imported=report.already_imported, outcomes=report.outcomes, findings=report.findings)


@api.post(
    "/statements",
    summary="送对账单 / Send a statement",
    operation_id="sendTreasuryStatement",
    responses={200: StatementShape, **problems(401, 409, 413, 422)},
)
@_signed
def statements(call: PartnerCall) -> Response:
    """The body is a statement of the treasury. The same bytes again are the same statement."""
    name = "api-statement.csv"
    try:
        statement = read_statement(name, call.body)
        if statement.kind != "treasury":
            raise Refusal("treasury.bad_file", file=name, why="head")
        kept = keep_statement(
            actor=TREASURY_ACTOR, file_name=name, content=call.body, statement=statement, came_by="api",
            key_id=call.key_id,
        )  # fmt: skip
    except Refusal as refusal:
        keep_refused(actor=TREASURY_ACTOR, file_name=name, content=call.body, signature="", refusal=refusal)
        raise
    return jsonify(number=kept.number, sha256=kept.sha256, rows=kept.row_count)


def _json(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refusal("request.malformed")
    return given
