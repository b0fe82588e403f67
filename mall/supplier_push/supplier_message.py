"""What the mall tells a supplier's system: numbered per supplier without gaps, fetched again until acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import Base, Instant, atomic, session
from mall.regions.regional_rule import rule
from mall.suppliers.supplier import Supplier

#: how long an acknowledged message is kept
KEEP_RULE = "push.keep_days"
#: messages that go in one transaction of the chore
PURGED_AT_ONCE = 20_000

KINDS = (
    "listing_accepted",
    "listing_rejected",
    "price_stopped",
    "change_accepted",
    "change_rejected",
    "change_lapsed",
    "listing_frozen",
    "listing_thawed",
    "listing_expired",
    "listing_delisted",
    "order_placed",
    "order_cancellation_asked",
    "order_cancelled",
    "order_declined",
)


class SupplierMailbox(Base):
    """Where a supplier's numbering stands; made with the first key. The row is the lock of the numbers."""

    __tablename__ = "supplier_mailbox"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True, autoincrement=False)
    last_sequence_no: Mapped[int]


class SupplierMessage(Base):
    """One message. `document` is "listing:7" or "order:DD-...", `event_id` the event of the outbox that it tells of."""

    __tablename__ = "supplier_message"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        UniqueConstraint("event_id", "document"),
        Index(
            "ix_supplier_message_waiting",
            "supplier_id",
            "sequence_no",
            postgresql_where=text("acknowledged_at is null"),
        ),
        Index(
            "ix_supplier_message_acknowledged",
            "supplier_id",
            "acknowledged_at",
            postgresql_where=text("acknowledged_at is not null"),
        ),
    )

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True, autoincrement=False)
    sequence_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int]
    kind: Mapped[str]
    document: Mapped[str]
    #: the supplier's own number of the goods; empty in messages about orders
    sku: Mapped[str] = mapped_column(server_default="")
    order_number: Mapped[str] = mapped_column(server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: when it was decided, which may be before the message was written
    happened_at: Mapped[datetime] = mapped_column(Instant)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True)
class Acknowledged:
    """What became of the numbers: those acknowledged now, those that were already, and those that are no message."""

    now: list[int]
    before: list[int]
    unknown: list[int]


def waiting_messages(supplier_id: int, *, after: int, limit: int) -> list[SupplierMessage]:
    """What the supplier has not acknowledged above the number `after`, oldest first."""
    query = select(SupplierMessage).where(
        SupplierMessage.supplier_id == supplier_id,
        SupplierMessage.sequence_no > after,
        SupplierMessage.acknowledged_at.is_(None),
    )
    return list(session().scalars(query.order_by(SupplierMessage.sequence_no).limit(limit)))


def waiting_count(supplier_id: int) -> int:
    """How many messages the supplier has not acknowledged."""
    query = select(func.count()).where(
        SupplierMessage.supplier_id == supplier_id, SupplierMessage.acknowledged_at.is_(None)
    )
    return session().scalar(query) or 0


@atomic
def acknowledge_messages(*, actor: Actor, supplier_id: int, numbers: Sequence[int]) -> Acknowledged:
    """The supplier has these and need not be told again. Saying it twice is saying it once.

    Numbers are the supplier's own: another one's messages cannot even be named. One that was purged is unknown.
    """
    asked = sorted(set(numbers))
    mine = (SupplierMessage.supplier_id == supplier_id, SupplierMessage.sequence_no.in_(asked))
    known = set(session().scalars(select(SupplierMessage.sequence_no).where(*mine)))
    settled = update(SupplierMessage).where(*mine, SupplierMessage.acknowledged_at.is_(None))
    written = session().scalars(
        settled.values(acknowledged_at=clock.now()).returning(SupplierMessage.sequence_no),
        execution_options={"synchronize_session": False},
    )
    now = set(written)
    record(
        actor=actor,
        action="push.acknowledge",
        subject=f"supplier:{supplier_id}",
        facts={"messages": sorted(now), "key": actor.username},
    )
    return Acknowledged(
        now=sorted(now), before=sorted(known - now), unknown=[number for number in asked if number not in known]
    )


def purge_acknowledged() -> int:
    """Throw away what was acknowledged long enough ago by the rule of the supplier's region; returns how many."""
    purged = 0
    for supplier_id, region_code in _acknowledging():
        days = rule(KEEP_RULE, region_code=region_code, on=clock.today()).value
        before = clock.now() - timedelta(days=days)
        while went := _purge(supplier_id=supplier_id, before=before):
            purged += went
    return purged


def _acknowledging() -> list[tuple[int, int]]:
    query = select(Supplier.id, Supplier.region_code).join(SupplierMailbox, SupplierMailbox.supplier_id == Supplier.id)
    return [(supplier_id, region_code) for supplier_id, region_code in session().execute(query.order_by(Supplier.id))]


@atomic(housekeeping="messages told and acknowledged; what they told of stands in the documents' own histories")
def _purge(*, supplier_id: int, before: datetime) -> int:
    old = (
        select(SupplierMessage.sequence_no)
        .where(SupplierMessage.supplier_id == supplier_id, SupplierMessage.acknowledged_at < before)
        .limit(PURGED_AT_ONCE)
    )
    gone = delete(SupplierMessage).where(
        SupplierMessage.supplier_id == supplier_id, SupplierMessage.sequence_no.in_(old.scalar_subquery())
    )
    return session().execute(gone, execution_options={"synchronize_session": False}).rowcount
