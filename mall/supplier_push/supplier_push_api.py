"""A supplier's side of the API: the pool of goods, batches of prices, stock and shelf, and messages to fetch.

No session and no token: every call is signed with one of the supplier's keys (docs/supplier-push.md).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field, StrictInt
from sqlalchemy import select

from mall.api.answer_once import answered_once
from mall.api.cursor import decode_cursor, encode_cursor
from mall.api.key_header import answer_response, describe_key
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, Question
from mall.catalogue.listing import Listing
from mall.catalogue.listing_states import LISTING_STATES
from mall.database import session
from mall.supplier_push.change_skus import (
    Deed,
    PriceEntry,
    ShelfEntry,
    Sku,
    StockEntry,
    ask_price,
    change_skus,
    require_few,
    set_shelf,
    set_stock,
)
from mall.supplier_push.push_shape import (
    AcknowledgedShape,
    MessagesShape,
    OutcomesShape,
    SkuRowsShape,
    SkusShape,
    message_item,
    sku_rows,
    whole_skus,
)
from mall.supplier_push.signed_push import PushCall, describe_signature, signed_push
from mall.supplier_push.supplier_message import acknowledge_messages, waiting_messages

TAG = Tag(name="supplier push", description="供应商推送（签名调用） / A supplier's own system, signed")

api = describe_problem(
    APIBlueprint(
        "api_supplier_push",
        __name__,
        url_prefix="/api/v1/supplier",
        abp_tags=[TAG],
    )
)

MESSAGES_MAX = 500
ListingState = Literal[LISTING_STATES.states]  # type: ignore[valid-type]
_REFUSALS = problems(400, 401, 409, 413, 415, 422, 429)


class PoolQuery(Question):
    """Which part of the pool."""

    state: ListingState | None = None
    limit: Annotated[Digits, Field(ge=1, le=500)] = 100
    cursor: str | None = None


class SkusAsked(BaseModel):
    """SKUs to tell of."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    skus: Annotated[list[Sku], Field(min_length=1)]


def entries_of(shape: type[BaseModel]) -> Any:
    """A list whose entries are read one by one, so that a wrong one does not lose the others; at most 100."""
    items = shape.model_json_schema()
    return Field(min_length=1, json_schema_extra={"items": items, "maxItems": 100})


class Prices(BaseModel):
    """Prices asked for."""

    model_config = ConfigDict(extra="forbid")

    prices: Annotated[list[Any], entries_of(PriceEntry)]


class Stock(BaseModel):
    """Stock counted."""

    model_config = ConfigDict(extra="forbid")

    stock: Annotated[list[Any], entries_of(StockEntry)]


class Shelf(BaseModel):
    """Where goods should stand."""

    model_config = ConfigDict(extra="forbid")

    shelf: Annotated[list[Any], entries_of(ShelfEntry)]


class MessagesQuery(Question):
    """Which messages; without `after` from the oldest that is not acknowledged."""

    after: Annotated[Digits, Field(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[Digits, Field(ge=1, le=MESSAGES_MAX)] = 100


class Acknowledgement(BaseModel):
    """Messages that the supplier's system has taken over."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]], Field(min_length=1, max_length=MESSAGES_MAX)]


@api.get(
    "/skus",
    summary="商品池 / The supplier's goods, page by page",
    operation_id="listSupplierSkus",
    responses={200: SkuRowsShape, **problems(401, 409, 429)},
)
@signed_push("listing.list")
def pool(call: PushCall, query: PoolQuery) -> Response:
    """All goods of the supplier whatever their state; goods that come meanwhile are on the last page."""
    asked = select(Listing).where(Listing.supplier_id == call.supplier.id)
    if query.state is not None:
        asked = asked.where(Listing.state == query.state)
    if query.cursor is not None:
        (after_id,) = decode_cursor(query.cursor, kinds=(int,))
        asked = asked.where(Listing.id > after_id)
    # One row more than asked for tells whether there is a next page.
    found = list(session().scalars(asked.order_by(Listing.id).limit(query.limit + 1)))
    shown = found[: query.limit]
    following = encode_cursor(shown[-1].id) if len(found) > len(shown) else None
    return jsonify(items=sku_rows(shown), next=following)


@api.post(
    "/skus/details",
    summary="商品详情 / Goods by their SKUs, at most 100",
    operation_id="readSupplierSkus",
    responses={200: SkusShape, **_REFUSALS},
)
@signed_push("listing.list")
def details(call: PushCall, body: SkusAsked) -> Response:
    """It only reads; POST, because a hundred SKUs are too long for an address."""
    require_few(len(body.skus), region_code=call.supplier.region_code)
    return jsonify(whole_skus(call.supplier.id, body.skus))


@api.post(
    "/prices",
    summary="批量改价 / Prices of at most 100 SKUs",
    operation_id="pushSupplierPrices",
    responses={200: OutcomesShape, **_REFUSALS},
)
@signed_push("listing.edit")
def prices(call: PushCall, body: Prices) -> Response:
    """A cut holds at once, a rise waits for review, a price above its ceiling is stopped; each SKU by itself."""
    return _changed(call, "prices", body.prices, shape=PriceEntry, deed=ask_price)


@api.post(
    "/stock",
    summary="批量改库存 / Stock of at most 100 SKUs",
    operation_id="pushSupplierStock",
    responses={200: OutcomesShape, **_REFUSALS},
)
@signed_push("listing.edit")
def stock(call: PushCall, body: Stock) -> Response:
    """Each SKU by itself."""
    return _changed(call, "stock", body.stock, shape=StockEntry, deed=set_stock)


@api.post(
    "/shelf",
    summary="批量上下架 / Shelf states of at most 100 SKUs",
    operation_id="pushSupplierShelf",
    responses={200: OutcomesShape, **_REFUSALS},
)
@signed_push("listing.shelve")
def shelf(call: PushCall, body: Shelf) -> Response:
    """Goods that were never reviewed, were rejected or have expired are submitted for review."""
    return _changed(call, "shelf", body.shelf, shape=ShelfEntry, deed=set_shelf)


@api.get(
    "/messages",
    summary="取消息 / What the mall decided and is not acknowledged yet",
    operation_id="listSupplierMessages",
    responses={200: MessagesShape, **problems(401, 409, 429)},
)
@signed_push("push.read_messages")
def messages(call: PushCall, query: MessagesQuery) -> Response:
    """Oldest first. What is not acknowledged comes again, for as long as it takes."""
    found = waiting_messages(call.supplier.id, after=query.after, limit=query.limit + 1)
    shown = found[: query.limit]
    return jsonify(items=[message_item(message) for message in shown], more=len(found) > len(shown))


@api.post(
    "/messages/ack",
    summary="确认消息 / Acknowledge messages by their ids",
    operation_id="acknowledgeSupplierMessages",
    responses={200: AcknowledgedShape, **_REFUSALS},
)
@signed_push("push.read_messages")
def acknowledge(call: PushCall, body: Acknowledgement) -> Response:
    """Saying it twice is saying it once."""
    told = acknowledge_messages(actor=call.actor, supplier_id=call.supplier.id, numbers=body.ids)
    return jsonify(acknowledged=told.now, already=told.before, unknown=told.unknown)


def _changed(call: PushCall, kind: str, entries: list[Any], *, shape: Any, deed: Deed) -> Response:
    require_few(len(entries), region_code=call.supplier.region_code)
    answer = _ONCE[kind](
        actor=call.actor,
        request_key=call.request_key,
        body={kind: entries},
        supplier_id=call.supplier.id,
        name=f"push.{kind}",
        entries=entries,
        shape=shape,
        deed=deed,
    )
    return answer_response(answer, status=200)


_ONCE = {kind: answered_once(f"push_{kind}", change_skus) for kind in ("prices", "stock", "shelf")}

describe_signature(api)
# The one only reads; the other says by itself what was acknowledged before.
describe_key(api, without=("readSupplierSkus", "acknowledgeSupplierMessages"))
