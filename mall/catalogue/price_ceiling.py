"""Price ceilings of framework agreements: for a category or one product, dated, with where they stand written."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.price_ceiling_states import PRICE_CEILING_STATES
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal


class PriceCeiling(Base):
    """No offer of the product, or of the category and those below it, may cost more per base unit. Fen, tax included.

    In force from `valid_from` to the day before `valid_to`, once a second person has confirmed it.
    """

    __tablename__ = "price_ceiling"
    __table_args__ = (
        CheckConstraint(PRICE_CEILING_STATES.check_sql(), name="state"),
        CheckConstraint("(category_code is null) <> (product_id is null)", name="subject"),
        CheckConstraint("ceiling_fen > 0", name="ceiling"),
        CheckConstraint("valid_to is null or valid_to > valid_from", name="dates"),
        CheckConstraint("confirmed_by_id is null or confirmed_by_id <> entered_by_id", name="two_people"),
        Index("ix_price_ceiling_category", "category_code"),
        Index("ix_price_ceiling_product", "product_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    ceiling_fen: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str]
    state: Mapped[str]
    entered_by_id: Mapped[int]
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by_id: Mapped[int | None]

    @property
    def reference(self) -> str:
        return f"price_ceiling:{self.id}"

    @property
    def states(self) -> StateTable:
        return PRICE_CEILING_STATES

    @property
    def maker_ids(self) -> list[int]:
        """Whoever had a hand in it: another person confirms."""
        return [self.entered_by_id]


def locked_ceiling(ceiling_id: int) -> PriceCeiling:
    """The ceiling under its row lock. Raises Refusal("ceiling.unknown")."""
    found = session().scalar(
        select(PriceCeiling)
        .where(PriceCeiling.id == ceiling_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Refusal("ceiling.unknown", ceiling_id=ceiling_id)
    return found
