"""The sign of life of processes that nobody visits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, atomic, session

#: a worker that has been silent for longer is taken for dead
SILENT_AFTER = timedelta(seconds=60)


class WorkerHeartbeat(Base):
    """When each process last gave a sign of life, by the database's clock."""

    __tablename__ = "worker_heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(Instant)


@atomic(housekeeping="a sign of life")
def beat(name: str) -> None:
    """Say that this process lives."""
    # The database's clock on both ends: machines may disagree, and the demo moves the house's clock.
    session().execute(
        insert(WorkerHeartbeat)
        .values(name=name, beat_at=func.now())
        .on_conflict_do_update(index_elements=[WorkerHeartbeat.name], set_={"beat_at": func.now()})
    )


def silence(name: str) -> timedelta | None:
    """How long ago the process gave its last sign of life; None when it never did."""
    return session().scalar(select(func.now() - WorkerHeartbeat.beat_at).where(WorkerHeartbeat.name == name))
