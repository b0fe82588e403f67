"""Budget lines in the API: a unit's own, or those of a regulator's region, with where every fen stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy import select

from ledger.budget_lines import BudgetLine, LineBalance, balances, lines_of_region, lines_of_unit
from ledger.plan_months import PlanYear, plan_years
from mall import clock
from mall.access.actor import UNIT_ROLES, Actor
from mall.access.guards import current_actor, needs
from mall.api.cursor import decode_cursor, encode_cursor
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, Question, reads
from mall.database import session
from mall.people.organisation import Organisation, organisation_names
from mall.regions.region import code_bounds

api = describe_problem(
    APIBlueprint(
        "api_budget_lines",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="budget", description="预算指标 / Budget lines")],
        abp_security=[{"bearer": []}],
    )
)

#: where a line stands in the list: region, unit, code
Place = tuple[int, int, str]


class BudgetLinesQuery(Question):
    """Which lines to list; without a year, this year's."""

    year: Annotated[Digits, Field(ge=2000, le=2200)] | None = None
    unit_id: Annotated[Digits, Field(ge=1, le=2**63 - 1)] | None = None
    limit: Annotated[Digits, Field(ge=1, le=100)] = 100
    cursor: str | None = None


class PlanMonthShape(BaseModel):
    """One month of the fund-use plan: planned is the sum of the three."""

    month: int
    planned_fen: int
    requested_fen: int
    paid_fen: int
    left_fen: int = Field(description="May be requested in this month and later ones")


class PlanShape(BaseModel):
    """The line's fund-use plans. The ceiling is unplanned, cancelled and planned money together."""

    ceiling_fen: int
    unplanned_fen: int
    cancelled_fen: int
    months: list[PlanMonthShape]


class BudgetLineShape(BaseModel):
    """One line. The appropriation is the sum of all the other amounts."""

    id: int
    code: str
    name: str
    year: int
    region_code: int
    unit_id: int
    unit: str
    function_code: str
    function_name: str
    economic_code: str
    economic_name: str
    project: str
    fund_source: str
    is_procurement: bool
    category_scope: list[str] = Field(description="Prefixes of category codes it may buy; empty: all")
    appropriation_fen: int
    carried_in_fen: int
    available_fen: int
    frozen_fen: int
    lapsed_fen: int
    carried_out_fen: int
    reserved_fen: int
    committed_fen: int
    accrued_fen: int
    in_payment_fen: int
    paid_fen: int
    plan: PlanShape


class BudgetLinesShape(BaseModel):
    """One page of lines, by region, unit and code."""

    items: list[BudgetLineShape]
    next: str | None = Field(description="Cursor of the next page; null at the end")


@api.get(
    "/budget-lines",
    summary="预算指标 / List budget lines",
    operation_id="listBudgetLines",
    responses={200: BudgetLinesShape, **problems(401, 403)},
)
@needs("budget.read")
@reads
def index(query: BudgetLinesQuery) -> Response:
    """The lines of the units in which this person works; for finance departments, those of the whole region."""
    after: Place = (0, 0, "")
    if query.cursor is not None:
        after = decode_cursor(query.cursor, kinds=(int, int, str))  # type: ignore[assignment]
    year = query.year if query.year is not None else clock.today().year
    lines = _lines(current_actor(), year=year, unit_id=query.unit_id, after=after)
    found = list(islice(lines, query.limit + 1))
    shown = found[: query.limit]
    return jsonify(items=_shaped(shown), next=encode_cursor(*_place(shown[-1])) if len(found) > len(shown) else None)


def _lines(actor: Actor, *, year: int, unit_id: int | None, after: Place) -> Iterator[BudgetLine]:
    """Lines beyond a place, in order; a region is read only when the ones before it are used up."""
    for region_code, units in sorted(_sources(actor, unit_id=unit_id).items()):
        if region_code < after[0]:
            continue
        for line in sorted(_read(region_code, units, year=year), key=_place):
            if _place(line) > after:
                yield line


def _read(region_code: int, units: set[int] | None, *, year: int) -> Iterable[BudgetLine]:
    if units is None:
        return lines_of_region(session(), region_code=region_code, year=year)
    return [
        line
        for unit_id in units
        for line in lines_of_unit(session(), region_code=region_code, year=year, unit_id=unit_id)
    ]


def _sources(actor: Actor, *, unit_id: int | None) -> dict[int, set[int] | None]:
    """{region: units whose lines may be seen, None for all}, narrowed to one unit if asked for."""
    sources: dict[int, set[int] | None] = {}
    for post in actor.posts:
        if post.role in UNIT_ROLES and unit_id in (None, post.organisation_id):
            sources.setdefault(post.region_code, set()).add(post.organisation_id)  # type: ignore[union-attr]
    for region_code in {*actor.regions_as("regulator"), *actor.regions_as("budget")}:
        lowest, highest = code_bounds(region_code)
        units = select(Organisation.region_code, Organisation.id).where(
            Organisation.kind == "unit", Organisation.region_code.between(lowest, highest)
        )
        if unit_id is None:
            sources |= dict.fromkeys(session().scalars(units.with_only_columns(Organisation.region_code).distinct()))
        else:
            sources |= {region: {found} for region, found in session().execute(units.where(Organisation.id == unit_id))}
    return sources


def _place(line: BudgetLine) -> Place:
    return line.region_code, line.unit_id, line.code


def _shaped(lines: list[BudgetLine]) -> list[dict[str, Any]]:
    stand = balances(session(), [line.id for line in lines]) if lines else {}
    plans = plan_years(session(), [line.id for line in lines]) if lines else {}
    names = organisation_names({line.unit_id for line in lines})
    return [_one(line, stand[line.id], plan=plans[line.id], unit=names.get(line.unit_id, "")) for line in lines]


def _one(line: BudgetLine, balance: LineBalance, *, plan: PlanYear, unit: str) -> dict[str, Any]:
    amounts = asdict(balance)
    del amounts["line_id"]
    return {
        "id": line.id,
        "code": line.code,
        "name": line.name,
        "year": line.year,
        "region_code": line.region_code,
        "unit_id": line.unit_id,
        "unit": unit,
        "function_code": line.function_code,
        "function_name": line.function_name,
        "economic_code": line.economic_code,
        "economic_name": line.economic_name,
        "project": line.project,
        "fund_source": line.fund_source,
        "is_procurement": line.is_procurement,
        "category_scope": list(line.category_scope),
        **amounts,
        "plan": {
            "ceiling_fen": plan.ceiling_fen,
            "unplanned_fen": plan.unplanned_fen,
            "cancelled_fen": plan.cancelled_fen,
            "months": [
                {
                    "month": month.month,
                    "planned_fen": month.planned_fen,
                    "requested_fen": month.requested_fen,
                    "paid_fen": month.paid_fen,
                    "left_fen": month.left_fen,
                }
                for month in plan.months
            ],
        },
    }
