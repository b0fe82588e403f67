"""Listings that are other goods leave their product: for a new one, or for the one that had been merged into it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.listing import Listing
from mall.catalogue.match_goods import model_key
from mall.catalogue.product import KEY_SEPARATOR, Product, lock_products, locked_products
from mall.catalogue.regroup_listings import (
    answer_pair,
    described,
    lapse_questions_of,
    lead_on,
    listings_of,
    move_listings,
    refuse_own_goods,
    require_reason,
    tell_search,
)
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.history import DocumentStep
from mall.documents.once import claim, settle
from mall.errors import Refusal


@atomic
def split_product(
    *,
    actor: Actor,
    product_id: int,
    listing_ids: Sequence[int],
    reason: str,
    into_id: int | None = None,
    request_key: str | None = None,
) -> int:
    """Take these listings out of the product; returns the id of the one that has them now.

    `into_id` names a product that was merged into this one: it stands again, and what had led to it does so again.
    Without it a new product is made. Undone by `merge_products`. Raises Refusal "access.denied", "product.unknown",
    "product.reason_needed", "product.merged_already", "product.not_its_listings", "product.split_all",
    "product.not_merged_here".
    """
    wanted = sorted(set(listing_ids))
    body = {"product_id": product_id, "listing_ids": wanted, "reason": reason, "into_id": into_id}
    claimed = claim(actor=actor, action="product.split", request_key=request_key, body=body)
    authorize(actor, "product.split")
    if claimed.replayed:
        return int(claimed.answer)
    words = require_reason(reason)
    lock_products()
    products = locked_products([product_id, *([into_id] if into_id is not None else [])])
    old = products[into_id] if into_id is not None else None
    into = split_locked(products[product_id], wanted, actor=actor, reason=words, old=old)
    return int(settle(claimed, into.id))


def split_locked(
    product: Product,
    listing_ids: Sequence[int],
    *,
    actor: Actor,
    reason: str,
    old: Product | None = None,
    said: Mapping[str, Any] | None = None,
) -> Product:
    """The same inside @atomic, where `lock_products` and the rows are held. `said` describes a new product."""
    if product.state != "current":
        raise Refusal("product.merged_already", name=product.name, into_id=product.merged_into_id)
    listings = listings_of((product,))
    moving = [one for one in listings if one.id in set(listing_ids)]
    _require_splittable(product, listings, moving, wanted=listing_ids, old=old)
    refuse_own_goods(actor, listings)
    if old is not None:
        _stand_again(old, moving, actor=actor, reason=reason)
        into = old
    else:
        into = _new_product(product, moving, said=said)
        facts = {"product_id": product.id, "name": product.name, "listing_ids": [one.id for one in moving]}
        enter(into, "split_off", actor, permission="product.split", is_new=True, note=reason, facts=facts)
    enter(product, "split", actor, permission="product.split", note=reason, facts=described(into, moving))
    move_listings(moving, into=into, actor=actor, reason=reason)
    session().flush()
    if not actor.is_system:
        answer_pair(product, into, action="part", actor=actor, reason=reason)
    lapse_questions_of(moving, note=f"商品已拆分到 {into.id}")
    session().flush()
    tell_search((product, into))
    return into


def brought_along(product: Product) -> list[int]:
    """The listings that a merged product had when it was merged."""
    return list(_merge_facts(product).get("listing_ids", ()))


def _require_splittable(
    product: Product, listings: Sequence[Listing], moving: Sequence[Listing], *, wanted: Sequence[int],
    old: Product | None,
) -> None:  # fmt: skip
    if not moving or len(moving) != len(set(wanted)):
        raise Refusal("product.not_its_listings", name=product.name)
    if old is not None and old.merged_into_id != product.id:
        raise Refusal("product.not_merged_here", name=old.name)
    if old is None and len(moving) == len(listings):
        raise Refusal("product.split_all", name=product.name)


def _stand_again(old: Product, moving: Sequence[Listing], *, actor: Actor, reason: str) -> None:
    """A merged product returns, and what had been merged into it before that leads to it again."""
    facts = _merge_facts(old)
    earlier = session().scalars(
        select(Product.id).where(
            Product.id.in_(facts.get("redirects", ())), Product.merged_into_id == old.merged_into_id
        )
    )
    redirects = list(earlier)
    came_from, old.merged_into_id = old.merged_into_id, None
    kept = {"product_id": came_from, "listing_ids": [one.id for one in moving]}
    advance(old, "return", actor, note=reason, facts=kept)
    session().flush()
    lead_on(redirects, into=old)


def _merge_facts(product: Product) -> dict[str, Any]:
    query = select(DocumentStep.facts).where(DocumentStep.document == product.reference, DocumentStep.action == "merge")
    return session().scalar(query.order_by(DocumentStep.id.desc()).limit(1)) or {}


def _new_product(product: Product, moving: Sequence[Listing], *, said: Mapping[str, Any] | None) -> Product:
    """As the listings call it. Its key is one that no row of a file has: rows go on finding the product it left."""
    words = said or {}
    brand, model = words.get("brand") or product.brand, words.get("model") or product.model
    unit = words.get("base_unit") or product.base_unit
    category_code = words.get("category_code") or product.category_code
    parts = (category_code or "", "m", words.get("brand_key") or product.brand_key, model_key(model), unit)
    made = Product(
        category_code=category_code,
        brand=brand,
        model=model,
        name=moving[0].name,
        match_key=KEY_SEPARATOR.join((*parts, uuid.uuid4().hex)),
        specification=dict(words.get("specification") or product.specification),
        base_unit=unit,
        is_green=product.is_green,
        state="current",
        created_at=clock.now(),
    )
    session().add(made)
    session().flush()
    return made
