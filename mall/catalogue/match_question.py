"""Questions of the matcher that a person has to answer: is this listing the same goods as that product?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Select, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.match_question_states import MATCH_QUESTION_STATES
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal


class MatchQuestion(Base):
    """Whether the goods of `product_id`, which the listing belongs to, are those of `candidate_id`.

    Where both are one product the listing joined it by its key or barcode, and the question is whether it may stay.
    `said` is what its supplier said of it (see MatchTask). An answer is kept for good: nobody is asked twice.
    """

    __tablename__ = "match_question"
    __table_args__ = (
        CheckConstraint(MATCH_QUESTION_STATES.check_sql(), name="state"),
        CheckConstraint("confidence between 0 and 100", name="confidence"),
        # A pair is a pair from both sides.
        Index(
            "uq_match_question_pair",
            text("least(product_id, candidate_id)"),
            text("greatest(product_id, candidate_id)"),
            unique=True,
            postgresql_where=text("product_id <> candidate_id"),
        ),
        Index(
            "uq_match_question_stay",
            "listing_id",
            "product_id",
            unique=True,
            postgresql_where=text("product_id = candidate_id"),
        ),
        Index("ix_match_question_open", "asked_at", "id", postgresql_where=text("state = 'open'")),
        Index("ix_match_question_product", "product_id"),
        Index("ix_match_question_candidate", "candidate_id"),
        Index("ix_match_question_listing", "listing_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    candidate_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    confidence: Mapped[int]
    #: [{"code", "points", "facts"}], the weightiest first
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    said: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    state: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    #: put off until this day
    not_before: Mapped[date | None]

    @property
    def reference(self) -> str:
        return f"match_question:{self.id}"

    @property
    def states(self) -> StateTable:
        return MATCH_QUESTION_STATES

    @property
    def is_about_staying(self) -> bool:
        return self.product_id == self.candidate_id


def locked_question(question_id: int) -> MatchQuestion:
    """The question under its row lock. Raises Refusal("match.unknown")."""
    query = select(MatchQuestion).where(MatchQuestion.id == question_id).with_for_update()
    found = session().scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise Refusal("match.unknown", question_id=question_id)
    return found


def pair_question(one_id: int, other_id: int) -> Select[tuple[MatchQuestion]]:
    """The question about two products, from whichever side it was asked."""
    pair = MatchQuestion.product_id, MatchQuestion.candidate_id
    return select(MatchQuestion).where(
        func.least(*pair, type_=BigInteger) == min(one_id, other_id),
        func.greatest(*pair, type_=BigInteger) == max(one_id, other_id),
        MatchQuestion.product_id != MatchQuestion.candidate_id,
    )


def are_parted(one_id: int, other_id: int) -> bool:
    """Whether somebody has said of these two products that they are not the same goods."""
    query = pair_question(one_id, other_id).where(MatchQuestion.state == "different")
    return session().scalar(query) is not None
