"""Acceptance sheets: which quantities were found good, by whom; each one books what it owes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class Acceptance(Base):
    """One acceptance of some quantities. `is_deemed`: the term ran out in silence."""

    __tablename__ = "acceptance"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("acceptor_id is null or acceptor_id <> receiver_id", name="two_people"),
        Index("ix_acceptance_order", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    number: Mapped[str] = mapped_column(unique=True)
    quantities: Mapped[dict[str, int]] = mapped_column(JSONB)
    amount_fen: Mapped[int]
    is_deemed: Mapped[bool]
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    receiver_name: Mapped[str]
    acceptor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    acceptor_name: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    #: by when what it owes is to be paid; sheets from before the column go by their order's day
    due_on: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(Instant)


def acceptances_of(order_id: int) -> list[Acceptance]:
    return list(session().scalars(select(Acceptance).where(Acceptance.order_id == order_id).order_by(Acceptance.id)))
