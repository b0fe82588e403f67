"""Holds that regulators ask for in a case: of an order, of the payment of its lines, or of a listing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from supervision.cases.watch_hold_states import WATCH_HOLD_STATES

#: order: approval, contract and payment; payment: the money of the lines; listing: it cannot be bought
KINDS = ("order", "payment", "listing")


class WatchHold(Base):
    """One hold. Until the system puts it in force it is paper only; `until` is its last day.

    `region_code` is where it works: that of the order, or of the listing's supplier, so that goods sold beyond a
    county are not held by the county alone. `line_nos` empty: all lines. `failure`: why it could not take effect.
    """

    __tablename__ = "watch_hold"
    __table_args__ = (
        CheckConstraint(WATCH_HOLD_STATES.check_sql(), name="state"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint("(kind = 'listing') = (order_number = '')", name="subject"),
        CheckConstraint("(kind = 'listing') = (listing_id is not null)", name="listing"),
        CheckConstraint("approver_id is null or approver_id <> proposer_id", name="two_people"),
        CheckConstraint("lift_approver_id is null or lift_approver_id <> lift_proposer_id", name="two_people_lift"),
        CheckConstraint(
            "state not in ('approved', 'in_force', 'lift_proposed', 'lifting') or approver_id is not null",
            name="approved",
        ),
        Index("ix_watch_hold_case", "case_id", "id"),
        Index("ix_watch_hold_region", "region_code", "state"),
        Index("ix_watch_hold_open", "until", postgresql_where=text("state in ('in_force', 'lift_proposed')")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    case_id: Mapped[int] = mapped_column(ForeignKey("watch_case.id"))
    case_number: Mapped[str]
    kind: Mapped[str]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    desk_region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    order_number: Mapped[str] = mapped_column(server_default="")
    line_nos: Mapped[list[int]] = mapped_column(JSONB, server_default="[]")
    listing_id: Mapped[int | None]
    subject_name: Mapped[str]
    reason: Mapped[str]
    until: Mapped[date]
    failure: Mapped[str] = mapped_column(server_default="")
    proposer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    lift_reason: Mapped[str] = mapped_column(server_default="")
    lift_proposer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    lift_approver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    in_force_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"watch_hold:{self.number}"

    @property
    def states(self) -> StateTable:
        return WATCH_HOLD_STATES

    @property
    def maker_ids(self) -> tuple[int, ...]:
        """Whose proposal waits: she does not decide it."""
        if self.state == "lift_proposed" and self.lift_proposer_id is not None:
            return (self.lift_proposer_id,)
        return (self.proposer_id,)


def holds_of(case_id: int) -> list[WatchHold]:
    """The holds of a case, oldest first."""
    return list(session().scalars(select(WatchHold).where(WatchHold.case_id == case_id).order_by(WatchHold.id)))
