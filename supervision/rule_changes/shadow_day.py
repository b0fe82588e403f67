"""One night of a change in shadow: what the draft found, and how much of it the rule in force found, too."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class RuleShadowDay(Base):
    """Append-only, one a day and change; of a night that failed there may be another. `held`: by the values in force.

    `both_count` and `both_fen` are the overlap; what only the draft finds is the rest of its hits.
    """

    __tablename__ = "rule_shadow_day"
    __table_args__ = (
        Index("uq_rule_shadow_day", "change_id", "on_day", unique=True, postgresql_where=text("failure = ''")),
        Index("ix_rule_shadow_day_change", "change_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("rule_change.id"))
    on_day: Mapped[date]
    history_digest: Mapped[str]
    hit_count: Mapped[int]
    clear_count: Mapped[int]
    not_applicable_count: Mapped[int]
    not_computable_count: Mapped[int]
    amount_fen: Mapped[int]
    held_hit_count: Mapped[int]
    held_fen: Mapped[int]
    both_count: Mapped[int]
    both_fen: Mapped[int]
    failure: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime] = mapped_column(Instant)


def shadow_days_of(change_id: int, *, limit: int = 60) -> list[RuleShadowDay]:
    """The last nights of a change, oldest first."""
    query = select(RuleShadowDay).where(RuleShadowDay.change_id == change_id).order_by(RuleShadowDay.id.desc())
    return list(reversed(list(session().scalars(query.limit(limit)))))
