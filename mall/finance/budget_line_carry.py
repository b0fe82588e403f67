"""Which line of the next year continues a budget line; written when a worksheet of the year's end is executed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class BudgetLineCarry(Base):
    """Which line of the next year continues a line; append-only, one successor for each line."""

    __tablename__ = "budget_line_carry"
    __table_args__ = (Index("ix_budget_line_carry_to_line", "to_line_id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    from_line_id: Mapped[int] = mapped_column(unique=True)
    to_line_id: Mapped[int]
    from_year: Mapped[int]
    worksheet_id: Mapped[int] = mapped_column(ForeignKey("year_end_worksheet.id"))
    is_new: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant)


def successors_of(line_ids: Iterable[int]) -> dict[int, int]:
    """{line: the next year's line that continues it} for those of the lines that have one."""
    query = select(BudgetLineCarry.from_line_id, BudgetLineCarry.to_line_id)
    return dict(session().execute(query.where(BudgetLineCarry.from_line_id.in_(list(line_ids)))).all())
