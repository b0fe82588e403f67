"""What a unit says it will need of a category in a year, beside what it bought before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.audit.record import record
from mall.catalogue.category import Category
from mall.database import Base, Instant, atomic, session
from mall.errors import Refusal
from mall.finance.unit_budgets import UnitBudget
from mall.people.organisation import organisation

NOTE_MAX = 200
AMOUNT_FEN_MAX = 10**13
YEARS_AHEAD = 2


class CategoryNeed(Base):
    """One need; 0 takes an earlier one back."""

    __tablename__ = "category_need"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "category_code"),
        CheckConstraint("amount_fen >= 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    amount_fen: Mapped[int]
    note: Mapped[str] = mapped_column(server_default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


@atomic
def record_need(*, actor: Actor, unit_id: int, year: int, category_code: str, amount_fen: int, note: str = "") -> None:
    """Say, or say anew, what the unit needs of a category in a year.

    Raises Refusal "budget.unknown_unit" (foreign and missing look the same), "proposal.bad_need".
    """
    unit = organisation(unit_id)
    if unit is None or unit.kind != "unit":
        raise Refusal("budget.unknown_unit")
    if not may(actor, "category_need.record", UnitBudget(unit_id=unit.id, region_code=unit.region_code)):
        raise Refusal("budget.unknown_unit")
    category = session().get(Category, category_code[:20])
    this_year = clock.today().year
    if (
        category is None
        or category.level != PROPOSED_LEVEL
        or not this_year <= year <= this_year + YEARS_AHEAD
        or not 0 <= amount_fen <= AMOUNT_FEN_MAX
    ):
        raise Refusal("proposal.bad_need", earliest=this_year, latest=this_year + YEARS_AHEAD)
    said = {"amount_fen": amount_fen, "note": note.strip()[:NOTE_MAX], "user_id": actor.user_id, "at": clock.now()}
    session().execute(
        insert(CategoryNeed)
        .values(unit_id=unit_id, year=year, category_code=category_code, **said)
        .on_conflict_do_update(index_elements=["unit_id", "year", "category_code"], set_=said)
    )
    facts = {"year": year, "category_code": category_code, "amount_fen": amount_fen}
    record(actor=actor, action="category_need.record", subject=f"organisation:{unit_id}", facts=facts)


#: lines are proposed for categories of this level, such as A05040000 办公用品
PROPOSED_LEVEL = 2


def needs_of(unit_ids: Iterable[int], *, year: int) -> dict[tuple[int, str], CategoryNeed]:
    """{(unit, category): need} of the year, without those taken back."""
    query = select(CategoryNeed).where(
        CategoryNeed.unit_id.in_(list(unit_ids)), CategoryNeed.year == year, CategoryNeed.amount_fen > 0
    )
    return {(need.unit_id, need.category_code): need for need in session().scalars(query)}
