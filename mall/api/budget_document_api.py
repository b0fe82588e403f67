"""Budget documents in the API: drawing up, listing, reading, and the steps of their road."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify, url_for
from flask_openapi3 import APIBlueprint, Tag
from pydantic import ConfigDict, Field, StrictInt
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.api.answer_once import answered_once
from mall.api.budget_document_shape import (
    BudgetDocumentRowsShape,
    BudgetDocumentShape,
    document_rows,
    whole_document,
)
from mall.api.document_routes import (
    ApiDocument,
    add_action_routes,
    newest_first,
    number_asked_for,
    refuse_unknown_actions,
)
from mall.api.key_header import answer_response, describe_key
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, NumberPath, Question, reads, request_key
from mall.finance.budget_document import BudgetDocument, load_lines
from mall.finance.budget_document_actions import ACTIONS, DocumentEdition, perform
from mall.finance.budget_document_kinds import DRAWN_UP_BY_HAND, KINDS
from mall.finance.budget_document_states import BUDGET_DOCUMENT_STATES
from mall.finance.draw_up_budget_document import draw_up_budget_document
from mall.finance.list_budget_documents import BudgetDocumentFilter, narrowed
from mall.finance.visible_budget_documents import visible_document, visible_to
from mall.web.names import ACTIONS as ACTION_NAMES

api = describe_problem(
    APIBlueprint(
        "api_budget_documents",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="budget documents", description="预算指标文件 / Budget documents")],
        abp_security=[{"bearer": []}],
    )
)

DocumentState = Literal[BUDGET_DOCUMENT_STATES.states]  # type: ignore[valid-type]
DocumentKind = Literal[tuple(KINDS)]  # type: ignore[valid-type]
_Year = Annotated[StrictInt, Field(ge=2000, le=2127)]


class NewBudgetDocument(DocumentEdition):
    """A document for one unit and year; with `is_submitted` it goes to the budget officers at once."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    unit_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]
    year: _Year
    kind: Literal[DRAWN_UP_BY_HAND]  # type: ignore[valid-type]


class BudgetDocumentsQuery(Question):
    """Which documents to list."""

    unit_id: Annotated[Digits, Field(ge=1, le=2**63 - 1)] | None = None
    kind: DocumentKind | None = None
    state: DocumentState | None = None
    year: Annotated[Digits, Field(ge=2000, le=2127)] | None = None
    limit: Annotated[Digits, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@api.get(
    "/budget-documents",
    summary="预算指标文件列表 / List budget documents, newest first",
    operation_id="listBudgetDocuments",
    responses={200: BudgetDocumentRowsShape, **problems(401, 403)},
)
@needs("budget_document.read")
@reads
def index(query: BudgetDocumentsQuery) -> Response:
    """The documents that this person may see; `next` is the cursor of the following page, null at the end."""
    actor = current_actor()
    wanted = BudgetDocumentFilter(
        unit_id=query.unit_id, kind=query.kind or "", state=query.state or "", year=query.year
    )
    asked = narrowed(visible_to(actor, select(BudgetDocument)), wanted)
    shown, following = newest_first(asked, BudgetDocument.id, limit=query.limit, cursor=query.cursor)
    load_lines(shown)
    return jsonify(items=document_rows(shown, actor=actor), next=following)


@api.get(
    "/budget-documents/<number>",
    summary="查看预算指标文件 / Read one budget document",
    operation_id="readBudgetDocument",
    responses={200: BudgetDocumentShape, **problems(401, 403, 404)},
)
@needs("budget_document.read")
@reads
def show(path: NumberPath) -> Response:
    """With its history and its effect on every line. A foreign document and one that does not exist look the same."""
    actor = current_actor()
    return jsonify(
        whole_document(
            visible_document(actor, number_asked_for(path.number, unknown="budget.unknown_document")), actor=actor
        )
    )


@api.post(
    "/budget-documents",
    summary="填制预算指标文件 / Draw up a budget document",
    operation_id="drawUpBudgetDocument",
    responses={201: BudgetDocumentShape, **problems(400, 401, 403, 404, 409, 413, 415)},
)
@needs("budget_document.draw_up")
@reads
def draw_up(body: NewBudgetDocument) -> Response:
    """A unit's accountant asks for a supplement, reduction or transfer; a budget officer may use every kind."""
    answer = _draw_up_once(actor=current_actor(), request_key=request_key(), body=body.model_dump(), given=body)
    response = answer_response(answer, status=201)
    response.headers["Location"] = url_for("api_budget_documents.show", number=answer.body["number"])
    return response


def _draw_up(*, actor: Actor, given: NewBudgetDocument) -> dict[str, Any]:
    document = draw_up_budget_document(
        actor=actor,
        unit_id=given.unit_id,
        year=given.year,
        kind=given.kind,
        lines=[line.as_amount() for line in given.lines],
        reason=given.reason,
        basis=given.basis,
        is_submitted=given.is_submitted,
    )
    return whole_document(document, actor=actor)


_draw_up_once = answered_once("draw_up_budget_document", _draw_up)


refuse_unknown_actions(api, "budget-documents", permission="budget_document.read", refusal="budget.unknown_action")


def _answer(action: str, **asked: Any) -> dict[str, Any]:
    return whole_document(perform(action, **asked), actor=asked["actor"])


_KIND = ApiDocument(
    path="budget-documents",
    name="budget_document",
    noun="document",
    permission="budget_document.read",
    shape=BudgetDocumentShape,
    unknown="budget.unknown_document",
    answer=_answer,
    keyed_as="document",
)
add_action_routes(
    api,
    _KIND,
    ACTIONS,
    titles={name: f"{ACTION_NAMES[name]} / {name.capitalize()} a budget document" for name in ACTIONS},
)
describe_key(api)
