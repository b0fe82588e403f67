"""Holds on orders: which lines' money stands still, why, until when, and how to answer. Whoever moves money asks here.

A hold of the whole road ("order") also stops approval and contract; one of the payment ("payment") stops the money of
its lines alone. What is not in dispute can be paid. Rooms above the mall place and end holds by the use-cases below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall import clock
from mall.access.actor import Actor
from mall.database import Base, Instant, atomic, session
from mall.documents.advance import enter
from mall.errors import Refusal
from mall.ordering.order import Order, order_numbered
from mall.ordering.order_states import ENDED

SCOPES = ("order", "payment")
SIDES = ("unit", "supplier", "both")


class OrderHold(Base):
    """One hold, in force up to and with the day `until` unless ended before. `line_nos` empty: all lines.

    `number` is that of the document that asked for it, `case_number` of the case in which it is answered, by the
    sides in `answered_by`.
    """

    __tablename__ = "order_hold"
    __table_args__ = (
        CheckConstraint(f"scope in {SCOPES}", name="scope"),
        CheckConstraint(f"answered_by in {SIDES}", name="answered_by"),
        Index("ix_order_hold_order", "order_id", "id"),
        Index("ix_order_hold_open", "until", postgresql_where=text("ended_at is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    scope: Mapped[str]
    line_nos: Mapped[list[int]] = mapped_column(JSONB, server_default="[]")
    reason: Mapped[str]
    until: Mapped[date]
    case_number: Mapped[str]
    answered_by: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    def covers(self, line_no: int) -> bool:
        return not self.line_nos or line_no in self.line_nos


def holds_on(order_id: int) -> list[OrderHold]:
    """The holds that are in force on this order today, oldest first."""
    query = select(OrderHold).where(
        OrderHold.order_id == order_id, OrderHold.ended_at.is_(None), OrderHold.until >= clock.today()
    )
    return list(session().scalars(query.order_by(OrderHold.id)))


def refuse_while_held(order: Order, *, action: str) -> None:
    """For steps that go on with the whole order. Raises Refusal("order.held")."""
    holds = [hold for hold in holds_on(order.id) if hold.scope == "order"]
    if holds:
        raise _held(order, holds, action=action)


def held_fen_by_budget_line(order: Order) -> dict[int, int]:
    """{budget line id: fen accepted on lines whose money stands still}; the order's lines are loaded."""
    holds = holds_on(order.id)
    held: dict[int, int] = defaultdict(int)
    for line in order.lines:
        if any(hold.covers(line.line_no) for hold in holds):
            held[line.budget_line_id] += line.accepted_fen
    return dict(held)


def held(order: Order, *, action: str) -> Refusal:
    """The refusal of a step that only held money would take."""
    return _held(order, holds_on(order.id), action=action)


def _held(order: Order, holds: Iterable[OrderHold], *, action: str) -> Refusal:
    found = list(holds)
    lines = sorted({line.line_no for line in order.lines if any(hold.covers(line.line_no) for hold in found)})
    last = max(found, key=lambda hold: hold.until)
    return Refusal(
        "order.held",
        number=order.number,
        action=action,
        lines="、".join(str(line_no) for line_no in lines),
        until=last.until,
        reason=last.reason,
        case=last.case_number,
        holds=[hold.number for hold in found],
    )


@atomic
def place_order_hold(
    *,
    actor: Actor,
    number: str,
    order_number: str,
    scope: str,
    line_nos: list[int],
    reason: str,
    until: date,
    case_number: str,
    answered_by: str,
) -> OrderHold:
    """Let the money of these lines stand still from now on. The same `number` again changes nothing.

    What is already on its way to the treasury goes on. Raises Refusal "order.unknown", "order.unknown_line",
    "state.not_possible" for an order that has ended, "access.denied".
    """
    order = order_numbered(order_number, lock=True)
    there = session().scalar(select(OrderHold).where(OrderHold.number == number))
    if there is not None:
        return there
    if order.state in ENDED:
        raise Refusal("state.not_possible", action="hold", state=order.state, kind="order")
    known = {line.line_no for line in order.lines}
    for line_no in line_nos:
        if line_no not in known:
            raise Refusal("order.unknown_line", line_no=line_no)
    hold = OrderHold(
        number=number, order_id=order.id, scope=scope, line_nos=sorted(set(line_nos)), reason=reason, until=until,
        case_number=case_number, answered_by=answered_by, placed_at=clock.now(),
    )  # fmt: skip
    facts: dict[str, Any] = {"hold": number, "lines": hold.line_nos, "scope": scope, "until": until}
    enter(order, "hold", actor, permission="order.hold", note=reason, facts={**facts, "case": case_number})
    session().add(hold)
    session().flush()
    return hold


@atomic
def end_order_hold(*, actor: Actor, number: str, note: str = "") -> bool:
    """Let the money go on. Returns whether the hold was still in force. Raises Refusal("access.denied")."""
    hold = session().scalar(select(OrderHold).where(OrderHold.number == number))
    if hold is None:
        return False
    order = session().get_one(Order, hold.order_id, with_for_update=True, populate_existing=True)
    session().refresh(hold)
    if hold.ended_at is not None:
        return False
    enter(order, "end_hold", actor, permission="order.hold", note=note, facts={"hold": number})
    hold.ended_at = clock.now()
    return True
