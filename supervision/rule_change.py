"""Changes of a rule's parameters and standing, and the dated table of values that they write."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant
from mall.documents.state_table import StateTable
from supervision.rule_change_states import RULE_CHANGE_STATES

#: what a change may wish of the rule: off, shadow (found and kept, shown to nobody else), or on
MODES = ("off", "shadow", "on")


class RuleChange(Base):
    """One change, drawn up by one regulator and switched on by another of the same region.

    `values`: name -> value; `bounds`: name -> [lowest, highest], which only the province may set. `back_test`: what
    the draft would have found in past orders (hits, money, what reviewers had said). `hand_ids`: whoever edited,
    shadowed or proposed it besides its maker; none of them decides. `back_test_requested_at` is set while a back-test
    waits for the worker. `is_mode_set`: the mode is a wish and not merely the one that held.
    """

    __tablename__ = "rule_change"
    __table_args__ = (
        CheckConstraint(RULE_CHANGE_STATES.check_sql(), name="state"),
        CheckConstraint(f"mode in {MODES}", name="mode"),
        CheckConstraint("decider_id is null or decider_id <> maker_id", name="two_people"),
        CheckConstraint("decider_id is null or not decider_id = any (hand_ids)", name="hands_never_decide"),
        CheckConstraint("state not in ('in_force', 'ended') or decider_id is not null", name="decided"),
        Index("ix_rule_change_rule", "rule_id", "region_code", "id"),
        Index(
            "ix_rule_change_waiting", "back_test_requested_at",
            postgresql_where=text("back_test_requested_at is not null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    rule_id: Mapped[str]
    rule_version: Mapped[int]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    state: Mapped[str]
    mode: Mapped[str]
    is_mode_set: Mapped[bool] = mapped_column(server_default="true")
    values: Mapped[dict[str, int]] = mapped_column(JSONB)
    bounds: Mapped[dict[str, list[int]]] = mapped_column(JSONB, server_default="{}")
    valid_from: Mapped[date]
    legal_reference: Mapped[str]
    reason: Mapped[str]
    back_test: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    back_test_requested_at: Mapped[datetime | None] = mapped_column(Instant)
    hand_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    maker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_on: Mapped[date | None]

    @property
    def reference(self) -> str:
        return f"rule_change:{self.number}"

    @property
    def states(self) -> StateTable:
        return RULE_CHANGE_STATES

    @property
    def maker_ids(self) -> tuple[int, ...]:
        return (self.maker_id, *(self.hand_ids or ()))

    def joined_by(self, user_id: int | None) -> None:
        """Whoever has a hand in a change does not decide it any more."""
        if user_id is not None and user_id not in self.maker_ids:
            self.hand_ids = [*(self.hand_ids or ()), user_id]


class RuleParameter(Base):
    """One value of one parameter, or with an empty `name` the rule's mode (0 off, 1 shadow, 2 on), from day to day.

    `level`: of the region. `lowest` and `highest`: the bounds that the province sets for the divisions below it.
    A row that was ended before its first day holds from that day to the day before: never.
    """

    __tablename__ = "rule_parameter"
    __table_args__ = (
        CheckConstraint("valid_to is null or valid_to >= valid_from - 1", name="dates"),
        CheckConstraint("level in ('province', 'city', 'county')", name="level"),
        Index("ix_rule_parameter_rule", "rule_id", "name", "region_code", "valid_from"),
        Index(
            "uq_rule_parameter_open", "rule_id", "name", "region_code", unique=True,
            postgresql_where=text("valid_to is null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule_id: Mapped[str]
    name: Mapped[str]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    level: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    value: Mapped[int]
    lowest: Mapped[int | None]
    highest: Mapped[int | None]
    legal_reference: Mapped[str]
    reason: Mapped[str]
    change_id: Mapped[int] = mapped_column(ForeignKey("rule_change.id"))
    maker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decider_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
