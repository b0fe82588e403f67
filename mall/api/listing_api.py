"""Listings in the API: the shop's search with its facets, and one listing with what stands against ordering it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from mall import clock
from mall.access.actor import Actor
from mall.access.guards import current_actor, everyone
from mall.api.cursor import bad_cursor, decode_cursor, encode_cursor, fingerprint
from mall.api.problem import describe_problem, problems
from mall.api.read_request import Digits, Question, reads
from mall.audit.record import plain
from mall.catalogue.listing_states import NOT_SHOWN
from mall.catalogue.offer import Offer, offers
from mall.errors import Refusal
from mall.search.query import FACETS, HITS_MAX, PRICE_BUCKETS, SORTS, TEXT_LENGTH_MAX, Query
from mall.search.search_catalogue import (
    FacetValue,
    FoundListing,
    SearchPage,
    buyer_region,
    delivering_to,
    region_scope,
    search_listings,
)
from mall.shop.availability import availability
from mall.web.translation import current_language
from mall.web.words import words_for

OPEN = "open catalogue: prices are public information"
#: the value of `region` that lifts a buyer's own region
EVERYWHERE = "all"

api = describe_problem(
    APIBlueprint(
        "api_listings",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="listings", description="商品 / Listings")],
        # Everybody may look; with a token the buyer's own delivery region is the scope.
        abp_security=[{}, {"bearer": []}],
    )
)

_Price = Annotated[Digits, Field(ge=0, le=10**12)]
_Word = Annotated[str, Field(max_length=120)]
_Words = Annotated[tuple[_Word, ...], Field(max_length=20)]
PriceBucket = Literal[tuple(code for code, _lowest, _highest in PRICE_BUCKETS)]  # type: ignore[valid-type]
Sort = Literal[SORTS]  # type: ignore[valid-type]


class ListingsQuery(Question):
    """What somebody looks for. Repeat a name for several values: any of them will do."""

    q: Annotated[str, Field(max_length=TEXT_LENGTH_MAX)] = ""
    category: Annotated[str, Field(max_length=20)] = Field(
        default="", description="A code; everything below it is meant too"
    )
    brand: _Words = ()
    supplier: Annotated[tuple[Annotated[Digits, Field(ge=1, le=2**63 - 1)], ...], Field(max_length=20)] = ()
    price: Annotated[tuple[PriceBucket, ...], Field(max_length=20)] = Field(default=(), description="Buckets, in yuan")
    price_min: _Price | None = Field(default=None, description="In fen, included")
    price_max: _Price | None = Field(default=None, description="In fen, included")
    region: Annotated[str, Field(pattern=r"^([0-9]{6}|all)$")] | None = Field(
        default=None, description="A division it must be delivered to; all: wherever it is delivered"
    )
    green: bool | None = None
    sort: Sort = "relevance"
    limit: Annotated[Digits, Field(ge=1, le=100)] = 24
    cursor: str | None = None


class ListingPath(BaseModel):
    """The part of an address that names a listing."""

    listing_id: int


class ListingRowShape(BaseModel):
    """One offer: who sells what at which price."""

    id: int
    sku: str
    name: str
    supplier: str
    supplier_id: int
    is_small_firm: bool
    product_id: int
    brand: str
    model: str
    category_code: str
    specification: dict[str, Any]
    price_fen: int = Field(description="Per `unit`, tax included")
    market_price_fen: int | None
    unit: str
    pack_size: int = Field(description="How many base units one unit holds")
    pack_text: str
    base_unit: str
    stock: int | None
    delivery_days: int
    region_codes: list[int]
    is_green: bool
    sold_count: int
    offers: int = Field(description="How many suppliers offer this product")


class FacetValueShape(BaseModel):
    """A value that narrows the search, and how many listings have it."""

    value: str
    label: str
    count: int
    selected: bool


class ListingRowsShape(BaseModel):
    """One page of offers. `total` counts what was found; offers no longer for sale are left out of `items`."""

    items: list[ListingRowShape]
    total: int
    total_is_exact: bool
    facets: dict[str, list[FacetValueShape]]
    next: str | None = Field(description="Cursor of the next page; null at the end")
    relaxed: bool = Field(description="Nothing had all the words; these have some of them")
    corrected_text: str | None = Field(description="What was searched in place of the text given")
    degraded: bool = Field(description="The search engine is lost; one plain page, no facets")


class ReasonShape(BaseModel):
    """Why an offer cannot be ordered."""

    code: str
    facts: dict[str, Any]
    detail: str
    next: str


class ListingShape(BaseModel):
    """One offer whole. `reasons` say why it cannot be ordered now, for the unit of the token or for anybody."""

    id: int
    sku: str
    name: str
    state: str
    supplier: str
    supplier_id: int
    is_small_firm: bool
    product_id: int
    product: str
    brand: str
    model: str
    gtin: str | None
    category_code: str
    category: str
    specification: dict[str, Any]
    price_fen: int = Field(description="Per `unit`, tax included")
    market_price_fen: int | None
    tax_rate_bp: int
    unit: str
    pack_size: int
    pack_text: str
    base_unit: str
    stock: int | None
    delivery_days: int
    region_codes: list[int]
    is_green: bool
    origin: str
    warranty_months: int | None
    sold_count: int
    version: int
    updated_at: str
    is_available: bool
    reasons: list[ReasonShape]


@api.get(
    "/listings",
    summary="搜索商品 / Search listings",
    operation_id="searchListings",
    responses={200: ListingRowsShape, **problems(401)},
)
@everyone(OPEN)
@reads
def index(query: ListingsQuery) -> Response:
    """The same search as in the shop. A buyer's token sees what is delivered to her unit; `region=all` lifts that."""
    scope = {} if query.region else region_scope(current_actor())
    asked = fingerprint(query.model_dump(exclude={"cursor"}), scope)
    page = _page(query.cursor, asked=asked) if query.cursor is not None else 1
    if (page - 1) * query.limit >= HITS_MAX:
        raise bad_cursor()
    found = search_listings(_query(query, scope=scope, page=page))
    return jsonify(
        items=[_row(listing) for listing in found.rows],
        total=found.total,
        total_is_exact=found.total_is_exact,
        facets={name: [_facet(value) for value in values] for name, values in found.facets.items()},
        next=encode_cursor(page + 1, asked) if _has_more(found) else None,
        relaxed=found.relaxed,
        corrected_text=found.corrected_text,
        degraded=found.degraded,
    )


@api.get(
    f"/listings/<int(max={2**63 - 1}):listing_id>",
    summary="查看商品 / Read one listing",
    operation_id="readListing",
    responses={200: ListingShape, **problems(401, 404)},
)
@everyone(OPEN)
@reads
def show(path: ListingPath) -> Response:
    """One offer as it stands in the database now, also when it is off the shelf."""
    offer = offers([path.listing_id]).get(path.listing_id)
    # What was never on the shelf is the supplier's own affair.
    if offer is None or offer.listing.state in NOT_SHOWN:
        raise Refusal("listing.not_found", listing_id=path.listing_id)
    return jsonify(_whole(offer, actor=current_actor()))


def _query(query: ListingsQuery, *, scope: dict[str, tuple[str, ...]], page: int) -> Query:
    filters: dict[str, tuple[str, ...]] = {
        "category": (query.category,) if query.category else (),
        "brand": query.brand,
        "supplier": tuple(map(str, query.supplier)),
        "price": query.price,
        "green": () if query.green is None else ("1" if query.green else "0",),
        "region": delivering_to(int(query.region)) if query.region and query.region != EVERYWHERE else (),
    }
    return Query(
        text=query.q,
        filters={facet: values for facet, values in filters.items() if values},
        price_min_fen=query.price_min,
        price_max_fen=query.price_max,
        facets=FACETS,
        sort=query.sort,
        page=page,
        size=query.limit,
        scope=scope,
    )


def _page(cursor: str, *, asked: str) -> int:
    """The page a cursor leads to, if it came from this very question."""
    page, of_question = decode_cursor(cursor, kinds=(int, str))
    if of_question != asked or not 2 <= page <= HITS_MAX:
        raise bad_cursor()
    return int(page)


def _has_more(found: SearchPage) -> bool:
    # No engine shows a page that reaches beyond its last hit allowed; `pages` knows.
    return found.query.page < found.pages


def _row(listing: FoundListing) -> dict[str, Any]:
    return {name: getattr(listing, name) for name in _ROW_FIELDS} | {"region_codes": list(listing.region_codes)}


_ROW_FIELDS = tuple(ListingRowShape.model_fields)


def _facet(value: FacetValue) -> dict[str, Any]:
    label = value.label_en if current_language() == "en" else value.label
    return {"value": value.value, "label": label, "count": value.count, "selected": value.is_selected}


def _whole(offer: Offer, *, actor: Actor) -> dict[str, Any]:
    listing, product, category, supplier = offer.listing, offer.product, offer.category, offer.supplier
    reasons = availability(listing, supplier, category, region_code=buyer_region(actor), on=clock.today())
    in_english = current_language() == "en"
    return {
        "id": listing.id,
        "sku": listing.sku,
        "name": listing.name,
        "state": listing.state,
        "supplier": supplier.name,
        "supplier_id": supplier.id,
        "is_small_firm": supplier.is_small_firm,
        "product_id": product.id,
        "product": product.name,
        "brand": product.brand,
        "model": product.model,
        "gtin": product.gtin,
        "category_code": product.category_code or "",
        "category": ((in_english and category.name_en) or category.name) if category else "",
        "specification": product.specification,
        "price_fen": listing.price_fen,
        "market_price_fen": listing.market_price_fen,
        "tax_rate_bp": listing.tax_rate_bp,
        "unit": listing.unit,
        "pack_size": listing.pack_size,
        "pack_text": listing.pack_text,
        "base_unit": product.base_unit,
        "stock": listing.stock,
        "delivery_days": listing.delivery_days,
        "region_codes": listing.region_codes,
        "is_green": product.is_green,
        "origin": listing.origin,
        "warranty_months": listing.warranty_months,
        "sold_count": listing.sold_count,
        "version": listing.version,
        "updated_at": listing.updated_at.isoformat(),
        "is_available": not reasons,
        "reasons": [_reason(reason) for reason in reasons],
    }


def _reason(reason: Refusal) -> dict[str, Any]:
    words = words_for(reason)
    return {"code": reason.code, "facts": plain(reason.facts), "detail": words.what, "next": words.next_step}
