"""Two products that are the same goods become one: the listings go over, the other one stays as a place to lead on."""

from __future__ import annotations

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.product import Product, lock_products, locked_products, redirects_to
from mall.catalogue.regroup_listings import (
    answer_pair,
    described,
    lapse_questions_about,
    lead_on,
    listings_of,
    move_listings,
    refuse_own_goods,
    require_reason,
    tell_search,
)
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.once import claim, settle
from mall.errors import Refusal


@atomic
def merge_products(*, actor: Actor, product_id: int, into_id: int, reason: str, request_key: str | None = None) -> int:
    """Merge the product `product_id` into `into_id`; returns how many listings went over.

    Undone by `split_product(..., into_id=product_id)`. Raises Refusal "access.denied", "product.unknown",
    "product.reason_needed", "product.same_one", "product.merged_already", "product.no_category",
    "product.units_differ".
    """
    body = {"product_id": product_id, "into_id": into_id, "reason": reason}
    claimed = claim(actor=actor, action="product.merge", request_key=request_key, body=body)
    authorize(actor, "product.merge")
    if claimed.replayed:
        return int(claimed.answer)
    words = require_reason(reason)
    if product_id == into_id:
        raise Refusal("product.same_one")
    lock_products()
    products = locked_products((product_id, into_id))
    return int(settle(claimed, merge_locked(products[product_id], products[into_id], actor=actor, reason=words)))


def merge_locked(away: Product, into: Product, *, actor: Actor, reason: str) -> int:
    """The same inside @atomic, where `lock_products` and both rows are held; returns how many listings went over."""
    _require_mergeable(away, into)
    listings = listings_of((away, into))
    refuse_own_goods(actor, listings)
    moving = [one for one in listings if one.product_id == away.id]
    earlier = [one.id for one in redirects_to(away.id)]
    lead_on(earlier, into=into)
    away.merged_into_id = into.id
    facts = {"into": into.id, "name": into.name, "listing_ids": [one.id for one in moving], "redirects": earlier}
    advance(away, "merge", actor, note=reason, facts=facts)
    enter(into, "take_in", actor, permission="product.merge", note=reason, facts=described(away, moving))
    move_listings(moving, into=into, actor=actor, reason=reason)
    answer_pair(away, into, action="join", actor=actor, reason=reason)
    lapse_questions_about(away, note=f"已并入商品 {into.id}")
    session().flush()
    tell_search((into,))
    return len(moving)


def _require_mergeable(away: Product, into: Product) -> None:
    for product in (away, into):
        if product.state != "current":
            raise Refusal("product.merged_already", name=product.name, into_id=product.merged_into_id)
        if product.category_code is None:
            raise Refusal("product.no_category", name=product.name)
    if away.base_unit != into.base_unit:
        # Offers are compared per base unit: a carton beside a ream would be the dearest paper of the province.
        raise Refusal("product.units_differ", name=away.name, unit=away.base_unit, other_unit=into.base_unit)
