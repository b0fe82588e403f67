"""How far the demo province has been loaded: one row per stage, so that a killed load is noticed and carried on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session

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
