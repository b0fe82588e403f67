"""What both sides agree on after the contract: a price cut, goods that go back, a part of the price held back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.finance.change_states import CHANGE_STATES

#: a cheaper price; goods back for good; goods back and to come again; retention (质保金)
KINDS = ("price_cut", "return_for_good", "return_to_replace", "retention")


class SettlementChange(Base):
    """Asked by the unit, agreed by the supplier. `lines`: {line number as text: {"pieces", "amount_fen"}};
    a retention has none and is due on `due_on`."""

    __tablename__ = "settlement_change"
    __table_args__ = (
        CheckConstraint(CHANGE_STATES.check_sql(), name="state"),
        CheckConstraint(
            "kind in ('price_cut', 'return_for_good', 'return_to_replace', 'retention')",
            name="kind",
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("(kind = 'retention') = (due_on is not null)", name="due_on"),
        Index("uq_settlement_change_asked", "order_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index("ix_settlement_change_order", "order_id", "id"),
        Index("ix_settlement_change_due", "due_on", postgresql_where=text("kind = 'retention' and state = 'agreed'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    order_number: Mapped[str]
    region_code: Mapped[int]
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    kind: Mapped[str]
    state: Mapped[str]
    lines: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB, server_default="{}")
    amount_fen: Mapped[int]
    due_on: Mapped[date | None]
    reason: Mapped[str]
    answer: Mapped[str] = mapped_column(server_default="")
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)

    # The permission table asks for the people of an order; whoever calls has asked it about the order itself.
    handler_id = approver_id = leader_id = receiver_id = acceptor_id = named_receiver_id = None
    accountant_id = finance_id = None
    earlier_people: ClassVar[dict[str, list[int]]] = {}

    @property
    def reference(self) -> str:
        return f"change:{self.number}"

    @property
    def order_reference(self) -> str:
        return f"order:{self.order_number}"

    @property
    def states(self) -> StateTable:
        return CHANGE_STATES

    @property
    def pieces(self) -> dict[str, int]:
        """{line number as text: pieces} that go back."""
        return {line_no: told["pieces"] for line_no, told in self.lines.items() if told["pieces"]}


def changes_of(order_id: int) -> list[SettlementChange]:
    query = select(SettlementChange).where(SettlementChange.order_id == order_id)
    return list(session().scalars(query.order_by(SettlementChange.id)))


def asked_change(order_id: int) -> SettlementChange:
    """The change that waits for the supplier, locked. Raises Refusal("change.none_asked")."""
    query = select(SettlementChange).where(SettlementChange.order_id == order_id, SettlementChange.state == "asked")
    found = session().scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise Refusal("change.none_asked")
    return found


def facts_of(change: SettlementChange) -> dict[str, Any]:
    """What the history of the order keeps of a change."""
    return {"change": change.number, "kind": change.kind, "amount_fen": change.amount_fen, "lines": change.lines}
