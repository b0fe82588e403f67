"""Year-end worksheets in the API, for reading: the list and one worksheet with its rows."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field
from sqlalchemy import select

from mall.access.guards import current_actor, needs
from mall.api.document_routes import newest_first
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, NumberPath, Question, reads
from mall.api.year_end_shape import YearEndRowsShape, YearEndWorksheetShape, whole_worksheet, worksheet_rows
from mall.year_end.visible_worksheets import visible_to, visible_worksheet
from mall.year_end.worksheet import YearEndWorksheet
from mall.year_end.worksheet_states import WORKSHEET_STATES

api = describe_problem(
    APIBlueprint(
        "api_year_end",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="year end", description="年末清理 / Year end")],
        abp_security=[{"bearer": []}],
    )
)

WorksheetState = Literal[WORKSHEET_STATES.states]  # type: ignore[valid-type]


class WorksheetsQuery(Question):
    """Which worksheets to list."""

    unit_id: Annotated[Digits, Field(ge=1, le=2**63 - 1)] | None = None
    state: WorksheetState | None = None
    year: Annotated[Digits, Field(ge=2000, le=2127)] | None = None
    limit: Annotated[Digits, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@api.get(
    "/year-end-worksheets",
    summary="年末清理表列表 / List year-end worksheets, newest first",
    operation_id="listYearEndWorksheets",
    responses={200: YearEndRowsShape, **problems(401, 403)},
)
@needs("year_end.read")
@reads
def index(query: WorksheetsQuery) -> Response:
    """The worksheets that this person may see; `next` is the cursor of the following page, null at the end."""
    asked = visible_to(current_actor(), select(YearEndWorksheet))
    if query.unit_id is not None:
        asked = asked.where(YearEndWorksheet.unit_id == query.unit_id)
    if query.state is not None:
        asked = asked.where(YearEndWorksheet.state == query.state)
    if query.year is not None:
        asked = asked.where(YearEndWorksheet.year == query.year)
    shown, following = newest_first(asked, YearEndWorksheet.id, limit=query.limit, cursor=query.cursor)
    return jsonify(items=worksheet_rows(shown), next=following)


@api.get(
    "/year-end-worksheets/<number>",
    summary="查看年末清理表 / Read one year-end worksheet",
    operation_id="readYearEndWorksheet",
    responses={200: YearEndWorksheetShape, **problems(401, 403, 404)},
)
@needs("year_end.read")
@reads
def show(path: NumberPath) -> Response:
    """With its rows, what stands in its way and its history. A foreign one and a missing one look the same."""
    return jsonify(whole_worksheet(visible_worksheet(current_actor(), path.number)))
