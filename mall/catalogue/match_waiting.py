"""The worker's part of matching: sure pairs are merged, unsure ones become questions, the rest is left as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import plain
from mall.catalogue.find_candidates import find_candidates, goods_of_product
from mall.catalogue.listing import Listing
from mall.catalogue.match_goods import Goods, Match, decide, match_goods
from mall.catalogue.match_question import MatchQuestion, pair_question
from mall.catalogue.match_question_states import MATCH_QUESTION_STATES
from mall.catalogue.match_task import MatchTask, queue_for_matching
from mall.catalogue.merge_products import merge_locked
from mall.catalogue.product import Product, current_ids, lock_products, locked_products
from mall.catalogue.split_product import split_locked
from mall.database import atomic, close_reading, session
from mall.documents.advance import advance, enter
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier

SAME_RULE, ASK_RULE = "match.same_from", "match.ask_from"
BATCH = 100
#: the most likely ones; a longer list of doubts helps nobody
QUESTIONS_PER_PRODUCT = 3
MERGE_REASON = "系统比对：同一商品"
SPLIT_REASON = "系统比对：与所属商品不符"


@dataclass(frozen=True)
class _Waiting:
    listing: Listing
    product: Product
    said: Mapping[str, Any] | None
    #: the numbers of the law of the supplier's region on this day
    same_from: int
    ask_from: int

    def verdict_on(self, match: Match) -> str:
        return decide(match.confidence, same_from=self.same_from, ask_from=self.ask_from)


def match_waiting(*, limit: int = 1_000) -> int:
    """Look at what waits, in transactions of BATCH listings; returns how many were looked at. Safe to run twice."""
    done = 0
    while done < limit and (taken := _match_batch()):
        done += taken
        close_reading()
    return done


def goods_said(listing: Listing, product: Product, said: Mapping[str, Any]) -> Goods:
    """What the supplier said of a listing (see MatchTask.said), as the matcher sees it."""
    return Goods(
        name=listing.name,
        brand=said.get("brand_key") or said.get("brand") or "",
        model=said.get("model") or "",
        gtin=said.get("gtin"),
        category_code=said.get("category_code") or product.category_code or "",
        specification=said.get("specification") or {},
        base_unit=said.get("base_unit") or product.base_unit,
        pack_size=listing.pack_size,
    )


@atomic(housekeeping="tasks are notes of the moment; what comes of them is recorded as it is done")
def _match_batch() -> int:
    # An import and this must not change each other's products; it is asked for before any row.
    lock_products()
    first = select(MatchTask).order_by(MatchTask.queued_at, MatchTask.listing_id).limit(BATCH)
    tasks = list(session().scalars(first.with_for_update(skip_locked=True)))
    if not tasks:
        return 0
    said = {task.listing_id: task.said for task in tasks}
    # What is split off below waits again, under its own product.
    session().execute(delete(MatchTask).where(MatchTask.listing_id.in_(said)))
    session().expunge_all()
    waiting = _waiting(said)
    for one in waiting:
        if one.said is not None:
            _judge_stay(one)
    fresh = {one.product.id: one for one in waiting if one.said is None}
    candidates = find_candidates([one.product for one in fresh.values()])
    answered = _answered(candidates)
    for one in fresh.values():
        _judge_candidates(one, candidates[one.product.id], answered=answered)
    return len(tasks)


def _waiting(said: Mapping[int, Mapping[str, Any] | None]) -> list[_Waiting]:
    """What of it is still to be matched: goods with a category, under a product that was not merged meanwhile."""
    rows = session().execute(
        select(Listing, Product, Supplier.region_code)
        .join(Product, Product.id == Listing.product_id)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(Listing.id.in_(said), Product.category_code.is_not(None), Product.state == "current")
        .order_by(Listing.id)
    )
    today = clock.today()
    return [
        _Waiting(
            listing,
            product,
            said[listing.id],
            same_from=rule(SAME_RULE, region_code=region_code, on=today).value,
            ask_from=rule(ASK_RULE, region_code=region_code, on=today).value,
        )
        for listing, product, region_code in rows
    ]


def _judge_stay(one: _Waiting) -> None:
    """A key or a barcode brought it here; what else its supplier said may speak against it, unless it was answered."""
    if session().scalar(_about(one, one.product).where(MatchQuestion.state == "same")) is not None:
        return
    match = match_goods(goods_said(one.listing, one.product, one.said or {}), goods_of_product(one.product))
    verdict = one.verdict_on(match)
    if verdict == "ask":
        _ask(one, one.product, match)
    elif verdict == "different" and not _is_alone(one):
        product = locked_products([one.product.id])[one.product.id]
        split_locked(product, [one.listing.id], actor=SYSTEM, reason=_because(SPLIT_REASON, match), said=one.said)
        queue_for_matching([one.listing.id])


def _is_alone(one: _Waiting) -> bool:
    query = select(func.count()).where(Listing.product_id == one.product.id)
    return session().scalar(query) == 1


def _judge_candidates(one: _Waiting, candidates: Sequence[Product], *, answered: set[tuple[int, int]]) -> None:
    own = goods_of_product(one.product)
    judged = sorted(
        (
            (match_goods(own, goods_of_product(candidate)), candidate)
            for candidate in candidates
            if (one.product.id, candidate.id) not in answered
        ),
        key=lambda pair: (-pair[0].confidence, pair[1].id),
    )
    for match, found in judged[:QUESTIONS_PER_PRODUCT]:
        candidate = _where_it_is_now(found)
        if one.product.state != "current" or candidate.id == one.product.id:
            return
        verdict = one.verdict_on(match)
        if verdict == "same":
            _merge(one.product.id, candidate.id, reason=_because(MERGE_REASON, match))
            return
        if verdict == "ask":
            _ask_about_pair(one, candidate)


def _where_it_is_now(product: Product) -> Product:
    """An earlier listing of this batch may have had it merged."""
    return product if product.merged_into_id is None else session().get_one(Product, product.merged_into_id)


def _merge(product_id: int, other_id: int, *, reason: str) -> None:
    away, kept = _away_and_kept(*locked_products([product_id, other_id]).values())
    merge_locked(away, kept, actor=SYSTEM, reason=reason)


def _away_and_kept(one: Product, other: Product) -> tuple[Product, Product]:
    """Whichever names its brand and model is kept, else the older: it has more that leads to it."""
    away, kept = sorted((one, other), key=lambda each: (bool(each.brand), bool(each.model_key), -each.id))
    return away, kept


def _ask_about_pair(one: _Waiting, candidate: Product) -> None:
    """Ask of a listing of the product that would go, beside the one that would be kept."""
    away, kept = _away_and_kept(one.product, candidate)
    asked = one
    if away is not one.product:
        listing = session().scalar(select(Listing).where(Listing.product_id == away.id).order_by(Listing.id).limit(1))
        if listing is None:
            return
        asked = replace(one, listing=listing, product=away)
    _ask(asked, kept, match_goods(goods_of_product(away), goods_of_product(kept)))


def _because(words: str, match: Match) -> str:
    return f"{words}（把握 {match.confidence}%）"


def _ask(one: _Waiting, candidate: Product, match: Match) -> None:
    """Put the question in the queue, unless it was answered; one that had lapsed is asked again."""
    evidence = [{"code": each.code, "points": each.points, "facts": dict(each.facts)} for each in match.evidence]
    made = session().scalar(
        insert(MatchQuestion)
        .values(
            listing_id=one.listing.id, supplier_id=one.listing.supplier_id, product_id=one.product.id,
            candidate_id=candidate.id, confidence=match.confidence, evidence=plain(evidence), said=one.said,
            state=MATCH_QUESTION_STATES.first, asked_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(MatchQuestion.id)
    )  # fmt: skip
    if made is not None:
        question = session().get_one(MatchQuestion, made)
        enter(question, "ask", SYSTEM, permission="match.ask", is_new=True)
        return
    lapsed = session().scalar(_about(one, candidate).where(MatchQuestion.state == "lapsed").with_for_update())
    if lapsed is not None:
        lapsed.listing_id, lapsed.supplier_id = one.listing.id, one.listing.supplier_id
        lapsed.product_id, lapsed.candidate_id = one.product.id, candidate.id
        lapsed.confidence, lapsed.evidence, lapsed.said = match.confidence, plain(evidence), one.said
        advance(lapsed, "ask_again", SYSTEM)


def _about(one: _Waiting, candidate: Product) -> Select[tuple[MatchQuestion]]:
    """The question that there can be but one of: of the pair, or whether this listing may stay."""
    if one.product.id == candidate.id:
        return select(MatchQuestion).where(
            MatchQuestion.listing_id == one.listing.id,
            MatchQuestion.product_id == candidate.id,
            MatchQuestion.candidate_id == candidate.id,
        )
    return pair_question(one.product.id, candidate.id)


def _answered(candidates: Mapping[int, Sequence[Product]]) -> set[tuple[int, int]]:
    """Pairs of products, both ways, of which somebody has said that they are not the same.

    What was said of a product holds for the one that it was merged into.
    """
    concerned = {*candidates, *(found.id for each in candidates.values() for found in each)}
    merged = session().scalars(select(Product.id).where(Product.merged_into_id.in_(concerned)))
    ids = concerned | set(merged)
    rows = (
        session()
        .execute(
            select(MatchQuestion.product_id, MatchQuestion.candidate_id).where(
                MatchQuestion.state == "different",
                MatchQuestion.product_id != MatchQuestion.candidate_id,
                MatchQuestion.product_id.in_(ids) | MatchQuestion.candidate_id.in_(ids),
            )
        )
        .all()
    )
    now = current_ids({one for row in rows for one in row})
    pairs = {(now[product_id], now[candidate_id]) for product_id, candidate_id in rows}
    return pairs | {(other, one) for one, other in pairs}
