"""The push API's call for new goods. It lives here because it judges them by the rules of the loading dock."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, ConfigDict

from catalog_import.push_listings import ListingEntry, push_listings
from mall.api.answer_once import answered_once
from mall.api.key_header import answer_response, describe_key
from mall.api.problem import describe_problem, problems
from mall.supplier_push.change_skus import require_few
from mall.supplier_push.push_shape import OutcomesShape
from mall.supplier_push.signed_push import PushCall, describe_signature, signed_push
from mall.supplier_push.supplier_push_api import TAG, entries_of

api = describe_problem(APIBlueprint("api_listing_push", __name__, url_prefix="/api/v1/supplier", abp_tags=[TAG]))


class Listings(BaseModel):
    """Goods to be reviewed."""

    model_config = ConfigDict(extra="forbid")

    listings: Annotated[list[Any], entries_of(ListingEntry)]


@api.post(
    "/listings",
    summary="批量新增商品 / New goods, at most 100",
    operation_id="pushSupplierListings",
    responses={200: OutcomesShape, **problems(400, 401, 409, 413, 415, 422, 429)},
)
@signed_push("listing.edit")
def listings(call: PushCall, body: Listings) -> Response:
    """Judged as by the form, drawn up and submitted; each by itself. Drafts, rejected and stopped goods are written
    anew."""
    require_few(len(body.listings), region_code=call.supplier.region_code)
    answer = _once(
        actor=call.actor,
        request_key=call.request_key,
        body={"listings": body.listings},
        supplier_id=call.supplier.id,
        entries=body.listings,
    )
    return answer_response(answer, status=200)


_once = answered_once("push_listings", push_listings)

describe_signature(api)
describe_key(api)
