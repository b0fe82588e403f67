"""The centre answers whether two are the same goods; what follows from the answer happens with it."""

from __future__ import annotations

from datetime import timedelta

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.catalogue.listing import Listing
from mall.catalogue.match_question import MatchQuestion, locked_question
from mall.catalogue.merge_products import merge_locked
from mall.catalogue.product import lock_products, locked_products
from mall.catalogue.regroup_listings import listings_of, refuse_own_goods
from mall.catalogue.split_product import split_locked
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier

ANSWERS = ("same", "different", "later")
LATER_RULE = "match.later_days"
_SAME_REASON = "采购中心确认同款"
_DIFFERENT_REASON = "采购中心确认不是同款"


@atomic
def answer_question(*, actor: Actor, question_id: int, answer: str, request_key: str | None = None) -> str:
    """Answer "same", "different" or "later"; returns the state of the question.

    "same" merges the listing's product into the candidate, "different" is kept for good, and takes a listing that had
    joined the candidate by its key out of it. Raises Refusal "access.denied", "match.bad_answer", "match.unknown",
    "match.answered", "product.units_differ", "product.merged_already".
    """
    body = {"question_id": question_id, "answer": answer}
    claimed = claim(actor=actor, action="match.answer", request_key=request_key, body=body)
    authorize(actor, "match.answer")
    if claimed.replayed:
        return str(claimed.answer)
    if answer not in ANSWERS:
        raise Refusal("match.bad_answer")
    # Products before questions, as everybody takes them who merges or splits.
    lock_products()
    question = locked_question(question_id)
    authorize(actor, "match.answer", question)
    if question.state != "open":
        raise Refusal("match.answered", state=question.state, kind="match_question")
    products = locked_products((question.product_id, question.candidate_id))
    refuse_own_goods(actor, listings_of(products.values()))
    if answer == "later":
        _put_off(question, actor=actor)
        return str(settle(claimed, question.state))
    advance(question, answer, actor)
    product, candidate = products[question.product_id], products[question.candidate_id]
    if answer == "same" and not question.is_about_staying:
        merge_locked(product, candidate, actor=actor, reason=_SAME_REASON)
    if answer == "different" and question.is_about_staying and len(listings_of((candidate,))) > 1:
        split_locked(candidate, [question.listing_id], actor=actor, reason=_DIFFERENT_REASON, said=question.said)
    return str(settle(claimed, question.state))


def _put_off(question: MatchQuestion, *, actor: Actor) -> None:
    supplier = session().get_one(Supplier, session().get_one(Listing, question.listing_id).supplier_id)
    days = rule(LATER_RULE, region_code=supplier.region_code, on=clock.today()).value
    question.not_before = clock.today() + timedelta(days=days)
    facts = {"until": question.not_before}
    enter(question, "postpone", actor, permission="match.answer", facts=facts)
