"""Asset cards in the API: a unit's asset system reads them, acknowledges them, and reports changes and disposals."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field, StrictInt
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.api.answer_once import answered_once
from mall.api.asset_card_shape import (
    AssetCardRowsShape,
    AssetCardShape,
    ReportOutcomesShape,
    card_items,
    outcome_item,
    whole_card,
)
from mall.api.cursor import decode_cursor, encode_cursor
from mall.api.key_header import answer_response, describe_key
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, NumberPath, Question, reads, request_key
from mall.assets.asset_card import AssetCard
from mall.assets.asset_card_states import ASSET_CARD_STATES
from mall.assets.asset_exchange import REPORT_KINDS
from mall.assets.list_asset_cards import AssetCardFilter, narrowed
from mall.assets.register_asset import KEEPER_MAX, PLACE_MAX
from mall.assets.take_card_reports import CardReport, take_card_reports
from mall.assets.visible_asset_cards import visible_card, visible_to
from mall.database import session
from mall.errors import Refusal

api = describe_problem(
    APIBlueprint(
        "api_asset_cards",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="asset cards", description="资产卡片 / Asset cards")],
        abp_security=[{"bearer": []}],
    )
)

REPORTS_MAX = 500
CardState = Literal[ASSET_CARD_STATES.states]  # type: ignore[valid-type]


class AssetCardsQuery(Question):
    """Which cards to list."""

    unit_id: Annotated[Digits, Field(ge=1, le=2**63 - 1)] | None = None
    state: CardState | None = None
    overdue: Literal["true"] | None = Field(default=None, description="Only cards that should have been registered")
    limit: Annotated[Digits, Field(ge=1, le=500)] = 100
    cursor: str | None = None


class ReportEntry(BaseModel):
    """What the asset system says of one card; what the kind does not need is left out."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    card: Annotated[str, Field(min_length=1, max_length=60)]
    kind: Literal[REPORT_KINDS]  # type: ignore[valid-type]
    system_number: Annotated[
        str, Field(max_length=60, description="For acknowledge: the asset system's own number")
    ] = ""
    place: Annotated[str, Field(max_length=PLACE_MAX)] = ""
    keeper: Annotated[str, Field(max_length=KEEPER_MAX)] = ""
    value_note: Annotated[str, Field(max_length=200)] = ""
    disposal_kind: Annotated[
        str, Field(max_length=20, description="transfer, donation, sale, exchange, scrap or loss")
    ] = ""
    happened_on: Annotated[date | None, Field(description="The day of the change or disposal")] = None
    document: Annotated[str, Field(max_length=60, description="Number of the asset system's own paper")] = ""
    reason: Annotated[str, Field(max_length=500)] = ""

    def as_report(self) -> CardReport:
        return CardReport(number=self.card, **self.model_dump(exclude={"card"}))


class ReportEntries(BaseModel):
    """Reports on cards of one unit; without `unit_id` the token's only unit."""

    model_config = ConfigDict(extra="forbid")

    unit_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)] | None = None
    reports: Annotated[list[ReportEntry], Field(min_length=1, max_length=REPORTS_MAX)]


@api.get(
    "/asset-cards",
    summary="资产卡片列表 / List asset cards, oldest first",
    operation_id="listAssetCards",
    responses={200: AssetCardRowsShape, **problems(401, 403)},
)
@needs("asset.read")
@reads
def index(query: AssetCardsQuery) -> Response:
    """The cards that this person may see; `state=registered` are those that the asset system should take in."""
    actor = current_actor()
    wanted = AssetCardFilter(state=query.state or "", unit_id=query.unit_id, is_overdue=query.overdue is not None)
    asked = narrowed(visible_to(actor, select(AssetCard)), wanted, actor=actor)
    if query.cursor is not None:
        (after_id,) = decode_cursor(query.cursor, kinds=(int,))
        asked = asked.where(AssetCard.id > after_id)
    # One row more than asked for tells whether there is a next page.
    found = list(session().scalars(asked.order_by(AssetCard.id).limit(query.limit + 1)))
    shown = found[: query.limit]
    following = encode_cursor(shown[-1].id) if len(found) > len(shown) else None
    return jsonify(items=card_items(shown), next=following)


@api.get(
    "/asset-cards/<number>",
    summary="查看资产卡片 / Read one asset card",
    operation_id="readAssetCard",
    responses={200: AssetCardShape, **problems(401, 403, 404)},
)
@needs("asset.read")
@reads
def show(path: NumberPath) -> Response:
    """A foreign card and one that does not exist look the same."""
    return jsonify(whole_card(visible_card(current_actor(), path.number)))


@api.post(
    "/asset-cards/reports",
    summary="回报资产卡片 / Acknowledge cards, report changes and disposals",
    operation_id="reportAssetCards",
    responses={200: ReportOutcomesShape, **problems(400, 401, 403, 404, 409, 413, 415)},
)
@needs("asset.exchange")
@reads
def report(body: ReportEntries) -> Response:
    """Each report is taken by itself and once: what was said before is answered with `already`, also without a key."""
    actor = current_actor()
    answer = _report_once(
        actor=actor,
        request_key=request_key(),
        body=body.model_dump(mode="json"),
        unit_id=body.unit_id or _only_unit(actor),
        entries=body.reports,
    )
    return answer_response(answer, status=200)


def _report(*, actor: Actor, unit_id: int, entries: list[ReportEntry]) -> dict[str, Any]:
    outcomes = take_card_reports(actor=actor, unit_id=unit_id, reports=[entry.as_report() for entry in entries])
    return {"outcomes": [outcome_item(outcome) for outcome in outcomes]}


_report_once = answered_once("report_asset_cards", _report)


def _only_unit(actor: Actor) -> int:
    units = actor.organisations_as("receiver", "accountant")
    if len(units) != 1:
        raise Refusal("asset.unit_needed", unit_ids=list(units))
    return units[0]


describe_key(api)
