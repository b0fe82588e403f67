"""Orders in the API: placing them, listing them, reading one and what it posted."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify, url_for
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field, StrictInt
from sqlalchemy import select

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.api.answer_once import answered_once
from mall.api.document_routes import newest_first
from mall.api.key_header import answer_response, describe_key
from mall.api.order_shape import (
    OrderRowsShape,
    OrderShape,
    PlacedOrdersShape,
    order_rows,
    placed_orders,
    whole_order,
)
from mall.api.posting_shape import PostingsShape, postings
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, NumberPath, Question, order_number, reads, request_key
from mall.errors import Refusal
from mall.ordering.list_orders import OrderFilter, narrowed
from mall.ordering.order import Order
from mall.ordering.order_states import ORDER_STATES
from mall.ordering.place_order import MAX_LINES, Wanted, place_order
from mall.ordering.visible_orders import visible_order, visible_to
from mall.web.words import words_for

api = describe_problem(
    APIBlueprint(
        "api_orders",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="orders", description="订单 / Orders")],
        abp_security=[{"bearer": []}],
    )
)

_Id = Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]
_Fen = Annotated[StrictInt, Field(ge=1, le=10**12)]
OrderState = Literal[ORDER_STATES.states]  # type: ignore[valid-type]


class WantedLine(BaseModel):
    """One thing wanted. `price_fen` is the price the buyer saw: when it has changed, nothing is ordered."""

    model_config = ConfigDict(extra="forbid")

    listing_id: _Id
    quantity: Annotated[StrictInt, Field(ge=1, le=1_000_000)]
    budget_line_id: _Id
    price_fen: _Fen | None = None


class NewOrders(BaseModel):
    """What is wanted; it becomes one order per supplier. Without `unit_id` the token's only unit buys."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)

    lines: Annotated[list[WantedLine], Field(min_length=1, max_length=MAX_LINES)]
    delivery: Annotated[
        dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=300)]],
        Field(max_length=20, description="address, contact, phone; further words are kept as they are"),
    ] = {}
    named_receiver_id: _Id | None = None
    note: Annotated[str, Field(max_length=500)] = ""
    excess_reason: Annotated[
        str, Field(max_length=500, description="Why more equipment than the standard provides; asked for by 422")
    ] = ""
    unit_id: _Id | None = None


class OrdersQuery(Question):
    """Which orders to list."""

    state: OrderState | None = None
    year: Annotated[Digits, Field(ge=2000, le=2200)] | None = None
    limit: Annotated[Digits, Field(ge=1, le=100)] = 20
    cursor: str | None = None


@api.post(
    "/orders",
    summary="下单 / Place orders, one per supplier",
    operation_id="placeOrders",
    responses={201: PlacedOrdersShape, **problems(400, 401, 403, 404, 409, 413, 415)},
)
@needs("order.place")
@reads
def place(body: NewOrders) -> Response:
    """Each order is placed whole or not at all; when no order could be placed, the answer is the first refusal."""
    actor = current_actor()
    answer = _place_once(
        actor=actor,
        request_key=request_key(),
        body=body.model_dump(),
        unit_id=body.unit_id or _only_unit(actor),
        wanted=[
            Wanted(
                listing_id=line.listing_id,
                quantity=line.quantity,
                budget_line_id=line.budget_line_id,
                seen_price_fen=line.price_fen,
            )
            for line in body.lines
        ],
        delivery=body.delivery,
        named_receiver_id=body.named_receiver_id,
        note=body.note,
        excess_reason=body.excess_reason,
    )
    response = answer_response(answer, status=201)
    placed = answer.body["orders"]
    if len(placed) == 1:
        response.headers["Location"] = url_for("api_orders.show", number=placed[0]["number"])
    return response


@api.get(
    "/orders",
    summary="订单列表 / List orders, newest first",
    operation_id="listOrders",
    responses={200: OrderRowsShape, **problems(401, 403)},
)
@needs("order.list")
@reads
def index(query: OrdersQuery) -> Response:
    """The orders that this person may see; `next` is the cursor of the following page, null at the end."""
    asked = narrowed(visible_to(current_actor(), select(Order)), OrderFilter(state=query.state or "", year=query.year))
    shown, following = newest_first(asked, Order.id, limit=query.limit, cursor=query.cursor)
    return jsonify(items=order_rows(shown), next=following)


@api.get(
    "/orders/<number>",
    summary="查看订单 / Read one order",
    operation_id="readOrder",
    responses={200: OrderShape, **problems(401, 403, 404)},
)
@needs("order.read")
@reads
def show(path: NumberPath) -> Response:
    """A foreign order and one that does not exist look the same."""
    actor = current_actor()
    return jsonify(whole_order(visible_order(actor, order_number(path.number)), actor=actor))


@api.get(
    "/orders/<number>/postings",
    summary="订单的分录 / What the order posted to the ledger",
    operation_id="listPostings",
    responses={200: PostingsShape, **problems(401, 403, 404)},
)
@needs("order.read_book")
@reads
def book(path: NumberPath) -> Response:
    """Every entry of every ledger transaction of this order, oldest first; they sum to zero per book."""
    order = visible_order(current_actor(), order_number(path.number))
    return jsonify(items=postings(order, actor=current_actor()))


def _place(*, actor: Actor, **facts: Any) -> dict[str, Any]:
    placed = place_order(actor=actor, **facts)
    return {
        "orders": placed_orders(placed["orders"], actor=actor),
        "refused": [_refused(one) for one in placed["refused"]],
    }


_place_once = answered_once("place_order", _place)


def _refused(one: dict[str, Any]) -> dict[str, Any]:
    words = words_for(Refusal(one["code"], **one["facts"]))
    return {**one, "detail": words.what, "next": words.next_step}


def _only_unit(actor: Actor) -> int:
    """The unit that this token buys for. Raises Refusal("order.unit_needed") when there are several."""
    units = actor.organisations_as("handler")
    if len(units) != 1:
        raise Refusal("order.unit_needed", unit_ids=list(units))
    return units[0]


describe_key(api)
