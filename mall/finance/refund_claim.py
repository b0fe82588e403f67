"""Refund claims: paid goods went back, or were too dear; the supplier owes the money until it came or was kept."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.finance.refund_states import REFUND_STATES


class RefundClaim(Base):
    """`amounts`: {budget line id as text: fen}, on the order's lines for a payment of the same year, on the line of
    the present year chosen for it when `is_prior`. `channels`: how each line was paid; money comes back that way."""

    __tablename__ = "refund_claim"
    __table_args__ = (
        CheckConstraint(REFUND_STATES.check_sql(), name="state"),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index(
            "uq_refund_claim_open", "order_id", unique=True, postgresql_where=text("state in ('claimed', 'disputed')")
        ),
        Index("ix_refund_claim_order", "order_id", "id"),
        Index("ix_refund_claim_due", "unit_id", "supplier_id", postgresql_where=text("state = 'agreed'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    order_number: Mapped[str]
    region_code: Mapped[int]
    #: the budget year whose books it is kept in
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    state: Mapped[str]
    is_prior: Mapped[bool]
    lines: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB)
    amount_fen: Mapped[int]
    amounts: Mapped[dict[str, int]] = mapped_column(JSONB)
    channels: Mapped[dict[str, str]] = mapped_column(JSONB)
    #: {cost account's name: {budget line id as text: fen}} that the agreed claim took the goods out of
    costs: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB, server_default="{}")
    reason: Mapped[str]
    answer: Mapped[str] = mapped_column(server_default="")
    reference_of_receipt: Mapped[str] = mapped_column(server_default="")
    claimed_by: Mapped[str]
    claimed_at: Mapped[datetime] = mapped_column(Instant)
    answered_by: Mapped[str] = mapped_column(server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str] = mapped_column(server_default="")
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    # The permission table asks for the people of an order; whoever calls has asked it about the order itself.
    handler_id = approver_id = leader_id = receiver_id = acceptor_id = named_receiver_id = None
    accountant_id = finance_id = None
    earlier_people: ClassVar[dict[str, list[int]]] = {}

    @property
    def reference(self) -> str:
        return f"refund:{self.number}"

    @property
    def order_reference(self) -> str:
        return f"order:{self.order_number}"

    @property
    def states(self) -> StateTable:
        return REFUND_STATES

    @property
    def pieces(self) -> dict[str, int]:
        """{line number as text: pieces} that went back."""
        return {line_no: told["pieces"] for line_no, told in self.lines.items() if told["pieces"]}


def refund_claims_of(order_id: int) -> list[RefundClaim]:
    return list(session().scalars(select(RefundClaim).where(RefundClaim.order_id == order_id).order_by(RefundClaim.id)))


def refund_claim_of(order_id: int, number: str | None, *, states: tuple[str, ...]) -> RefundClaim:
    """The order's claim of this number, or its only one in these states, locked.

    Raises Refusal "refund.unknown", and "refund.which" where several fit and none was named.
    """
    query = select(RefundClaim).where(RefundClaim.order_id == order_id, RefundClaim.state.in_(states))
    if number is not None:
        query = query.where(RefundClaim.number == number)
    query = query.order_by(RefundClaim.id).with_for_update().execution_options(populate_existing=True)
    found = list(session().scalars(query))
    if not found:
        raise Refusal("refund.unknown")
    if len(found) > 1:
        raise Refusal("refund.which", refunds=[claim.number for claim in found])
    return found[0]
