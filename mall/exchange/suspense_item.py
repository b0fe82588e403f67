"""What the treasury said and nobody could match: kept line by line until a person has decided what it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.exchange.suspense_states import SUSPENSE_STATES, UNDECIDED

#: why a line of the treasury fits nothing that stands in the books
CAUSES = (
    "unknown",
    "amount_differs",
    "early",
    "partial",
    "doubled",
    "refused_after_paid",
    "paid_after_refused",
    "bounced",
    "contradicts",
)
#: what a person may say it was
DECISIONS = ("match", "bounce", "mistake")


class SuspenseItem(Base):
    """One line of the treasury that waits. `suspended_fen` is what stands in suspense for it: nothing where the line
    says that no money moved. `payment_id` is the payment it names, where there is one; `decision_payment` the number
    of the one that a person found. `maker_ids`: whoever said what it is does not approve it.
    """

    __tablename__ = "suspense_item"
    __table_args__ = (
        CheckConstraint(SUSPENSE_STATES.check_sql(), name="state"),
        CheckConstraint(f"cause in {CAUSES}", name="cause"),
        CheckConstraint(f"decision in {('', *DECISIONS)}", name="decision"),
        CheckConstraint("amount_fen >= 0 and suspended_fen in (0, amount_fen)", name="amounts"),
        CheckConstraint("(suspended_fen = 0) = (budget_line_id is null)", name="line"),
        CheckConstraint("not decider_id = any (maker_ids)", name="maker_never_decides"),
        # The same word of the treasury is one item, however often it is sent.
        Index("uq_suspense_item_said", "payment_number", "treasury_reference", "result", "amount_fen", unique=True),
        Index("ix_suspense_item_region", "region_code", "id"),
        Index("ix_suspense_item_payment", "payment_id"),
        Index("ix_suspense_item_waiting", "due_at", postgresql_where=text("state <> 'settled'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[int]
    year: Mapped[int]
    state: Mapped[str]
    cause: Mapped[str]
    payment_number: Mapped[str]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment_request.id"))
    treasury_reference: Mapped[str]
    result: Mapped[str]
    reason: Mapped[str]
    amount_fen: Mapped[int]
    suspended_fen: Mapped[int]
    budget_line_id: Mapped[int | None]
    file_id: Mapped[int] = mapped_column(ForeignKey("treasury_file.id"))
    arrived_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    decision: Mapped[str] = mapped_column(server_default="")
    decision_payment: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    maker_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"suspense:{self.number}"

    @property
    def states(self) -> StateTable:
        return SUSPENSE_STATES


def parts_of(payment_id: int, *, lock: bool = False) -> list[SuspenseItem]:
    """The parts of a payment that have come and wait for the rest."""
    query = (
        select(SuspenseItem)
        .where(
            SuspenseItem.payment_id == payment_id,
            SuspenseItem.cause == "partial",
            SuspenseItem.state.in_(UNDECIDED),
        )
        .order_by(SuspenseItem.id)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list(session().scalars(query))


def suspended_fen_of(region_codes: tuple[int, int]) -> int:
    """What stands in suspense in these regions, both bounds included."""
    query = select(func.coalesce(func.sum(SuspenseItem.suspended_fen), 0)).where(
        SuspenseItem.region_code.between(*region_codes), SuspenseItem.state != "settled"
    )
    return int(session().scalar(query) or 0)
