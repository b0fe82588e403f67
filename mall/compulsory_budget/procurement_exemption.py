"""Budget lines that finance keeps out of procurement although their economic item is in the catalogue, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session

REASONS = ("personal_spending", "below_practice", "other_law", "transfer_to_others", "already_contracted")


class ProcurementExemption(Base):
    """One line, once; the line itself never changes (its id stands in the ledger)."""

    __tablename__ = "procurement_exemption"
    __table_args__ = (CheckConstraint(f"reason_code in {REASONS} and note <> ''", name="grounds"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    budget_line_id: Mapped[int] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[int]
    year: Mapped[int]
    reason_code: Mapped[str]
    note: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


def exemptions_of(line_ids: Iterable[int]) -> dict[int, ProcurementExemption]:
    query = select(ProcurementExemption).where(ProcurementExemption.budget_line_id.in_(list(line_ids)))
    return {one.budget_line_id: one for one in session().scalars(query)}
