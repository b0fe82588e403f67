"""What must be kept of calls for a while: nonces, that none is used twice, and how many came in a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.database import Base, Instant, atomic, session

MINUTE = timedelta(minutes=1)
#: nonces that go in one transaction of the chore
PURGED_AT_ONCE = 20_000


class PushNonce(Base):
    """A nonce that was used; it goes when no call signed at its time would be let in any more."""

    __tablename__ = "push_nonce"
    __table_args__ = (Index("ix_push_nonce_signed_at", "signed_at"),)

    key_id: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(primary_key=True)
    signed_at: Mapped[datetime] = mapped_column(Instant)


class PushQuota(Base):
    """The calls of a supplier since `opened_at`, all of the supplier's keys together."""

    __tablename__ = "push_quota"

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True, autoincrement=False)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    calls: Mapped[int]


def seconds_to_wait(supplier_id: int, *, calls_max: int) -> int:
    """How long until the supplier may call again; 0 for at once. Only read, so that asking too often costs little."""
    row = session().execute(
        select(PushQuota.calls, PushQuota.opened_at).where(PushQuota.supplier_id == supplier_id)
    ).first()  # fmt: skip
    if row is None or row.calls < calls_max:
        return 0
    left = row.opened_at + MINUTE - clock.now()
    return max(0, int(left.total_seconds()) + (left.microseconds > 0))


def use_nonce(*, key_id: str, nonce: str, signed_at: datetime) -> bool:
    """Use it up; False when it was used before. Runs inside @atomic."""
    used = insert(PushNonce).values(key_id=key_id, nonce=nonce, signed_at=signed_at).on_conflict_do_nothing()
    return session().execute(used.returning(PushNonce.nonce)).first() is not None


def count_call(supplier_id: int) -> int:
    """One call more in this minute; returns how many there are. Runs inside @atomic."""
    now = clock.now()
    is_over = PushQuota.opened_at <= now - MINUTE
    counted = (
        insert(PushQuota)
        .values(supplier_id=supplier_id, opened_at=now, calls=1)
        .on_conflict_do_update(
            index_elements=[PushQuota.supplier_id],
            set_={
                "calls": case((is_over, 1), else_=PushQuota.calls + 1),
                "opened_at": case((is_over, now), else_=PushQuota.opened_at),
            },
        )
    )
    return int(session().execute(counted.returning(PushQuota.calls)).scalar_one())


@atomic(housekeeping="nonces that no call could use any more")
def forget_nonces(*, signed_before: datetime) -> int:
    """Returns how many went."""
    old = (
        select(PushNonce.key_id, PushNonce.nonce)
        .where(PushNonce.signed_at < signed_before)
        .order_by(PushNonce.signed_at)
        .limit(PURGED_AT_ONCE)
        .with_for_update(skip_locked=True)
        .subquery()
    )
    gone = delete(PushNonce).where(PushNonce.key_id == old.c.key_id, PushNonce.nonce == old.c.nonce)
    return session().execute(gone, execution_options={"synchronize_session": False}).rowcount
