"""The questions whether two are the same goods, each with what a person needs to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from mall import clock
from mall.access.actor import Actor
from mall.catalogue.listing import Listing
from mall.catalogue.match_question import MatchQuestion
from mall.catalogue.product import Product
from mall.database import session
from mall.suppliers.supplier import Supplier

PAGE_SIZE = 10
_OFFERS_SHOWN = 4
#: attributes beside each other, the differing ones first
_ATTRIBUTES_SHOWN = 8


@dataclass(frozen=True)
class Compared:
    """One attribute on both sides; "" where a side does not say it."""

    name: str
    listed: str
    candidate: str

    @property
    def differs(self) -> bool:
        return self.listed != self.candidate


@dataclass(frozen=True)
class Asked:
    """One card. `offers` are the candidate's, cheapest per base unit first; `others` more listings would go along."""

    question: MatchQuestion
    listing: Listing
    supplier: Supplier
    product: Product
    candidate: Product
    offers: list[tuple[Listing, Supplier]]
    others: int
    #: (name, brand, model, GTIN) on both sides, then the attributes
    rows: list[Compared]

    @property
    def base_unit(self) -> str:
        return self.candidate.base_unit or self.listing.unit


@dataclass(frozen=True)
class QuestionPage:
    """One page of the queue, the surest first; `total` waits now, `put_off` comes back later."""

    cards: list[Asked]
    total: int
    put_off: int
    page: int
    pages: int


def question_page(actor: Actor, *, page: int = 1) -> QuestionPage:
    """What this reader may answer now: nothing that her own goods are concerned in."""
    open_now = _open(actor).where(_is_due())
    total = _count(open_now)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    query = open_now.order_by(MatchQuestion.confidence.desc(), MatchQuestion.id)
    rows = session().execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    cards = _cards([tuple(row) for row in rows])
    return QuestionPage(cards, total=total, put_off=_count(_open(actor).where(~_is_due())), page=page, pages=pages)


def count_questions(actor: Actor) -> int:
    """How many questions wait for this reader."""
    return _count(_open(actor).where(_is_due()))


def _is_due() -> Any:
    return or_(MatchQuestion.not_before.is_(None), MatchQuestion.not_before <= clock.today())


def _open(actor: Actor) -> Select[Any]:
    query = (
        select(MatchQuestion, Listing, Supplier, Product)
        .join(Listing, Listing.id == MatchQuestion.listing_id)
        .join(Supplier, Supplier.id == MatchQuestion.supplier_id)
        .join(Product, Product.id == MatchQuestion.product_id)
        .where(MatchQuestion.state == "open")
    )
    if not actor.supplier_ids:
        return query
    concerned = aliased(Listing)
    own = exists().where(
        concerned.product_id.in_((MatchQuestion.candidate_id, MatchQuestion.product_id)),
        concerned.supplier_id.in_(actor.supplier_ids),
    )
    return query.where(~own)


def _count(query: Select[Any]) -> int:
    return session().scalar(query.with_only_columns(func.count(MatchQuestion.id)).order_by(None)) or 0


def _cards(rows: list[tuple[Any, ...]]) -> list[Asked]:
    candidate_ids = {question.candidate_id for question, *_ in rows}
    candidates = {one.id: one for one in session().scalars(select(Product).where(Product.id.in_(candidate_ids)))}
    offers: dict[int, list[tuple[Listing, Supplier]]] = {}
    query = (
        select(Listing, Supplier)
        .join(Supplier, Supplier.id == Listing.supplier_id)
        .where(Listing.product_id.in_(candidate_ids))
        .order_by(Listing.state != "on_shelf", func.div(Listing.price_fen * 10_000, Listing.pack_size), Listing.id)
    )
    for listing, supplier in session().execute(query):
        offers.setdefault(listing.product_id, []).append((listing, supplier))
    sizes = dict(
        session()
        .execute(
            select(Listing.product_id, func.count())
            .where(Listing.product_id.in_({question.product_id for question, *_ in rows}))
            .group_by(Listing.product_id)
        )
        .all()
    )
    return [
        Asked(
            question=question,
            listing=listing,
            supplier=supplier,
            product=product,
            candidate=candidates[question.candidate_id],
            offers=[one for one in offers.get(question.candidate_id, []) if one[0].id != listing.id][:_OFFERS_SHOWN],
            others=0 if question.is_about_staying else max(0, sizes.get(product.id, 1) - 1),
            rows=_side_by_side(question, listing, product, candidates[question.candidate_id]),
        )
        for question, listing, supplier, product in rows
    ]


def _side_by_side(question: MatchQuestion, listing: Listing, product: Product, candidate: Product) -> list[Compared]:
    said: Mapping[str, Any] = question.said or {
        "brand": product.brand, "model": product.model, "gtin": product.gtin, "specification": product.specification,
    }  # fmt: skip
    rows = [
        Compared("name", listing.name, candidate.name),
        Compared("brand", said.get("brand") or "", candidate.brand),
        Compared("model", said.get("model") or "", candidate.model),
        Compared("gtin", said.get("gtin") or "", candidate.gtin or ""),
    ]
    own: Mapping[str, str] = said.get("specification") or {}
    names = list(dict.fromkeys([*own, *candidate.specification]))
    attributes = [Compared(name, own.get(name, ""), candidate.specification.get(name, "")) for name in names]
    attributes.sort(key=lambda one: (not (one.listed and one.candidate), not one.differs))
    return rows + attributes[:_ATTRIBUTES_SHOWN]
