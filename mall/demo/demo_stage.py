"""How far the demo province has been loaded: one row per stage, so that a killed load is noticed and carried on.

Rooms that the mall does not know have stages of their own beside the mall's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import Base, Instant, atomic, session

#: those of the mall
STAGES = ("organisations", "goods", "orders", "events", "passwords")


class DemoStage(Base):
    """One stage. `began_at` and `done_at` are real time; `facts` of the first stage hold seed and demo period."""

    __tablename__ = "demo_stage"

    name: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


def stages() -> dict[str, DemoStage]:
    """The stages that were ever begun, by name."""
    return {stage.name: stage for stage in session().scalars(select(DemoStage))}


@atomic
def begin_stage(name: str, *, facts: dict[str, Any] | None = None) -> DemoStage:
    """Note that a stage is under way; one that was begun before stays as it is."""
    stage = session().get(DemoStage, name)
    if stage is None:
        stage = DemoStage(name=name, began_at=clock.now(), facts=facts or {})
        session().add(stage)
        record(actor=SYSTEM, action="demo.begin", subject=f"demo:{name}", facts=facts)
    return stage


@atomic
def finish_stage(name: str, *, facts: dict[str, Any]) -> None:
    """Note that a stage is done, and what came of it."""
    stage = session().get_one(DemoStage, name)
    stage.facts = {**stage.facts, **facts}
    stage.done_at = clock.now()
    shown = {key: value for key, value in facts.items() if key != "password_hash"}
    record(actor=SYSTEM, action="demo.finish", subject=f"demo:{name}", facts=shown)
