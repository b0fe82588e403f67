"""Giving listings to another product, with everything that hangs on it; what merging and splitting share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.catalogue.listing import Listing
from mall.catalogue.match_question import MatchQuestion, pair_question
from mall.catalogue.match_task import queue_for_matching
from mall.catalogue.product import Product
from mall.database import session
from mall.documents.advance import advance, enter
from mall.errors import Refusal
from mall.outbox.event import publish

REASON_LENGTHS = (2, 300)


def listings_of(products: Iterable[Product]) -> list[Listing]:
    """All listings of these products under their row locks, whatever state they are in, lowest id first."""
    query = select(Listing).where(Listing.product_id.in_([one.id for one in products])).order_by(Listing.id)
    return list(session().scalars(query.with_for_update().execution_options(populate_existing=True)))


def refuse_own_goods(actor: Actor, listings: Iterable[Listing]) -> None:
    """Nobody decides what her own goods are held against. Raises Refusal("access.denied")."""
    for listing in listings:
        authorize(actor, "listing.regroup", listing)


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises Refusal("product.reason_needed")."""
    shortest, longest = REASON_LENGTHS
    if not shortest <= len(reason.strip()) <= longest:
        raise Refusal("product.reason_needed")
    return reason.strip()


def move_listings(listings: Sequence[Listing], *, into: Product, actor: Actor, reason: str) -> None:
    """Let the listings stand under `into`. Orders, carts and prices hang on the listing and go along untouched."""
    for listing in listings:
        facts = {"from": listing.product_id, "into": into.id}
        listing.product_id = into.id
        listing.updated_at = clock.now()
        enter(listing, "regroup", actor, permission="listing.regroup", note=reason, facts=facts)


def tell_search(products: Iterable[Product]) -> None:
    """Have every listing of these products indexed anew: what a product is called and coded is found by each."""
    for product in products:
        ids = list(session().scalars(select(Listing.id).where(Listing.product_id == product.id).order_by(Listing.id)))
        if ids:
            publish("listing.changed", document=product.reference, payload={"listing_ids": ids})


def answer_pair(one: Product, other: Product, *, action: str, actor: Actor, reason: str) -> None:
    """Keep what a person decided of two products as the answer to their question: "join" or "part"."""
    query = pair_question(one.id, other.id).with_for_update().execution_options(populate_existing=True)
    question = session().scalar(query)
    if question is None:
        if action == "part":
            _note_parting(one, other, actor=actor, reason=reason)
    elif question.state != {"join": "same", "part": "different"}[action]:
        advance(question, action, actor, note=reason)


def _note_parting(one: Product, other: Product, *, actor: Actor, reason: str) -> None:
    """The matcher must not ask, or merge again, what was split."""
    listing = session().scalar(select(Listing).where(Listing.product_id == other.id).order_by(Listing.id).limit(1))
    if listing is None:
        return
    question = MatchQuestion(
        listing_id=listing.id, supplier_id=listing.supplier_id, product_id=other.id, candidate_id=one.id,
        confidence=0, evidence=[], state="different", asked_at=clock.now(),
    )  # fmt: skip
    session().add(question)
    session().flush()
    enter(question, "part", actor, permission="product.split", is_new=True, note=reason)


def lapse_questions_about(product: Product, *, note: str) -> None:
    """Open questions about a product that was merged away lapse; the matcher looks at their listings anew."""
    _lapse(or_(MatchQuestion.product_id == product.id, MatchQuestion.candidate_id == product.id), note=note)


def lapse_questions_of(listings: Iterable[Listing], *, note: str) -> None:
    """The same for listings that were given to another product."""
    _lapse(MatchQuestion.listing_id.in_([one.id for one in listings]), note=note)


def _lapse(concerned: ColumnElement[bool], *, note: str) -> None:
    query = select(MatchQuestion).where(MatchQuestion.state == "open", concerned).order_by(MatchQuestion.id)
    query = query.with_for_update()
    asked = list(session().scalars(query.execution_options(populate_existing=True)))
    for question in asked:
        advance(question, "lapse", SYSTEM, note=note)
    for question in asked:
        queue_for_matching([question.listing_id], said=question.said if question.is_about_staying else None)


def lead_on(product_ids: Sequence[int], *, into: Product) -> None:
    """What was merged into a product before leads straight to where that one goes: no link takes two steps."""
    if product_ids:
        session().execute(
            update(Product).where(Product.id.in_(product_ids)).values(merged_into_id=into.id),
            execution_options={"synchronize_session": False},
        )


def described(product: Product, listings: Sequence[Listing]) -> dict[str, Any]:
    """What a history keeps of the other side."""
    return {"product_id": product.id, "name": product.name, "listing_ids": [one.id for one in listings]}
