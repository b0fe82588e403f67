"""Payments outside the mall in the API: taking a file in, listing findings, reading one, and answering it."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field, StrictBool
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.api.document_routes import (
    ApiDocument,
    add_action_routes,
    newest_first,
    number_asked_for,
    refuse_unknown_actions,
)
from mall.api.key_header import describe_key
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, NumberPath, Question, invalid, reads, request_key
from mall.audit.record import plain
from mall.database import session
from mall.documents.history import history_of
from mall.payment_watch.answer_payment_finding import ACTIONS, Body, perform, possible
from mall.payment_watch.load_payment_file import load_payment_file, look_at_payment_file
from mall.payment_watch.other_payment import OtherPayment, PaymentLoad
from mall.payment_watch.payment_finding import KINDS, PaymentFinding
from mall.payment_watch.payment_finding_states import PAYMENT_FINDING_STATES
from mall.payment_watch.visible_payments import visible_finding, visible_findings

api = describe_problem(
    APIBlueprint(
        "api_payment_watch",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="payment watch", description="支付预警 / Payments outside the mall")],
        abp_security=[{"bearer": []}],
    )
)

FindingState = Literal[PAYMENT_FINDING_STATES.states]  # type: ignore[valid-type]
FindingKind = Literal[KINDS]  # type: ignore[valid-type]


class PaymentFile(Body):
    """A file of payments, CSV or XLSX; with `is_dry_run` nothing is written."""

    file_name: Annotated[str, Field(min_length=1, max_length=120)]
    content_base64: Annotated[str, Field(min_length=1, max_length=1_000_000)]
    is_dry_run: StrictBool = False


class LoadAnswer(BaseModel):
    """What the file brings; `number` is null after a dry run. `faults`: by row."""

    number: str | None
    counts: dict[str, int]
    amount_fen: int
    faults: list[dict[str, Any]]


class FindingShape(BaseModel):
    """A finding with its evidence; amounts in fen, days as ISO dates."""

    number: str
    kind: FindingKind
    state: FindingState
    unit_id: int
    region_code: int
    year: int
    amount_fen: int
    payment: dict[str, Any]
    evidence: dict[str, Any]
    found_at: str
    due_at: str | None
    explanation: dict[str, Any] | None
    decision_code: str
    history: list[dict[str, Any]]
    actions: list[str]


class FindingRows(BaseModel):
    """One page of findings; `next` is the cursor of the following page."""

    items: list[dict[str, Any]]
    next: str | None


class FindingsQuery(Question):
    """Which findings to list."""

    unit_id: Annotated[Digits, Field(ge=1, le=2**63 - 1)] | None = None
    state: FindingState | None = None
    kind: FindingKind | None = None
    year: Annotated[Digits, Field(ge=2000, le=2127)] | None = None
    limit: Annotated[Digits, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@api.post(
    "/payment-loads",
    summary="导入支付明细 / Take a file of payments in",
    operation_id="loadPaymentFile",
    responses={200: LoadAnswer, **problems(400, 401, 403, 409, 413, 415)},
)
@needs("payment_watch.load")
@reads
def load(body: PaymentFile) -> Response:
    """The same bytes again answer with their load. Files above about 700 KB come by page or console."""
    try:
        content = base64.b64decode(body.content_base64, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("content_base64", "base64") from None
    actor = current_actor()
    judged = look_at_payment_file(actor=actor, content=content)
    number = None
    if not body.is_dry_run:
        taken: PaymentLoad = load_payment_file(
            actor=actor, content=content, file_name=body.file_name, request_key=request_key()
        )
        number = taken.number
    faults = [
        {"row": row.row_number, "faults": [{"code": fault.code, **fault.facts} for fault in row.faults]}
        for row in judged.rows
        if row.faults
    ]
    return jsonify(number=number, counts=judged.counts, amount_fen=judged.amount_fen, faults=faults)


@api.get(
    "/payment-findings",
    summary="支付疑点列表 / List findings, newest first",
    operation_id="listPaymentFindings",
    responses={200: FindingRows, **problems(401, 403)},
)
@needs("payment_watch.read")
@reads
def index(query: FindingsQuery) -> Response:
    """The findings that this person may see."""
    asked = visible_findings(current_actor(), select(PaymentFinding))
    for name in ("unit_id", "state", "kind", "year"):
        if getattr(query, name) is not None:
            asked = asked.where(getattr(PaymentFinding, name) == getattr(query, name))
    shown, following = newest_first(asked, PaymentFinding.id, limit=query.limit, cursor=query.cursor)
    return jsonify(items=[_row(finding) for finding in shown], next=following)


@api.get(
    "/payment-findings/<number>",
    summary="查看支付疑点 / Read one finding",
    operation_id="readPaymentFinding",
    responses={200: FindingShape, **problems(401, 403, 404)},
)
@needs("payment_watch.read")
@reads
def show(path: NumberPath) -> Response:
    """With its payment, evidence and history. A foreign finding and one that does not exist look the same."""
    actor = current_actor()
    return jsonify(
        _whole(visible_finding(actor, number_asked_for(path.number, unknown="finding.unknown")), actor=actor)
    )


refuse_unknown_actions(api, "payment-findings", permission="payment_watch.read", refusal="finding.unknown_action")


def _row(finding: PaymentFinding) -> dict[str, Any]:
    return plain(
        {
            "number": finding.number,
            "kind": finding.kind,
            "state": finding.state,
            "unit_id": finding.unit_id,
            "region_code": finding.region_code,
            "year": finding.year,
            "amount_fen": finding.amount_fen,
            "found_at": finding.found_at,
            "due_at": finding.due_at,
        }
    )


def _whole(finding: PaymentFinding, *, actor: Actor) -> dict[str, Any]:
    payment = session().get(OtherPayment, finding.payment_id)
    assert payment is not None
    names = ("paid_on", "amount_fen", "payee_name", "economic_code", "purpose", "channel", "voucher_number",
             "invoice_number", "category_code", "outcome")  # fmt: skip
    explanation = {
        "explanation": finding.explanation,
        "text": finding.explanation_text,
        "order_number": finding.order_number,
        "approval_number": finding.approval_number,
    }
    history = [
        {"action": step.action, "at": step.at, "by": step.actor_name, "note": step.note}
        for step in history_of(finding.reference)
    ]
    return _row(finding) | plain(
        {
            "payment": {name: getattr(payment, name) for name in names},
            "evidence": finding.evidence,
            "explanation": explanation if finding.explained_by_id else None,
            "decision_code": finding.decision_code,
            "history": history,
            "actions": possible(finding, actor),
        }
    )


add_action_routes(
    api,
    ApiDocument(
        path="payment-findings",
        name="payment_finding",
        noun="finding",
        permission="payment_watch.read",
        shape=FindingShape,
        unknown="finding.unknown",
        answer=lambda action, *, actor, number, body: _whole(
            perform(action, actor=actor, number=number, body=body), actor=actor
        ),
        keyed_as="finding",
    ),
    ACTIONS,
    titles={
        "explain": "说明情况 / Explain a finding",
        "accept": "采纳说明 / Accept an explanation",
        "keep_open": "继续待说明 / Keep a finding open",
    },
)
describe_key(api)
