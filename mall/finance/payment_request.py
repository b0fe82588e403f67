"""Payment requests: what the unit asks the treasury, or its bank, to pay for one order."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.finance.payment_states import PAYMENT_STATES


class PaymentRequest(Base):
    """One request; an order may have several under way. `amounts`: {budget line id as text: fen}; `plan`: the
    months it draws on, {budget line id as text: {month as text: fen}}, from its approval on. One with an
    `offset_claim_id` never leaves the house: a refund that the supplier owes is kept instead."""

    __tablename__ = "payment_request"
    __table_args__ = (
        CheckConstraint(PAYMENT_STATES.check_sql(), name="state"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("finance_id is null or finance_id <> accountant_id", name="two_people"),
        CheckConstraint("channel in ('treasury_direct', 'treasury_authorised', 'real_account')", name="channel"),
        Index(
            "uq_payment_request_offset",
            "offset_claim_id",
            unique=True,
            postgresql_where=text("offset_claim_id is not null and state in ('requested', 'approved', 'sent', 'paid')"),
        ),
        Index("ix_payment_request_state", "state", "id"),
        Index("ix_payment_request_order", "order_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    order_number: Mapped[str]
    region_code: Mapped[int]
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    state: Mapped[str]
    amount_fen: Mapped[int]
    amounts: Mapped[dict[str, int]] = mapped_column(JSONB)
    #: the goods that it pays for, [line number, pieces, fen a piece], where it pays for all that was accepted at once
    goods: Mapped[list[list[int]]] = mapped_column(JSONB, server_default="[]")
    plan: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB, server_default="{}")
    channel: Mapped[str] = mapped_column(server_default="treasury_direct")
    payee: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: why only a part of what could be asked for was asked for
    reason: Mapped[str] = mapped_column(server_default="")
    offset_claim_id: Mapped[int | None] = mapped_column(ForeignKey("refund_claim.id"))
    accountant_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    finance_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("treasury_batch.id"))
    treasury_reference: Mapped[str] = mapped_column(server_default="")
    refusal_code: Mapped[str] = mapped_column(server_default="")
    refusal_reason: Mapped[str] = mapped_column(server_default="")
    requested_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)

    # The permission table asks for the people of an order; a payment request has two of its own.
    handler_id = approver_id = leader_id = receiver_id = acceptor_id = named_receiver_id = None
    earlier_people: ClassVar[dict[str, list[int]]] = {}

    @property
    def reference(self) -> str:
        return f"payment:{self.number}"

    @property
    def order_reference(self) -> str:
        """The document whose money it moves."""
        return f"order:{self.order_number}"

    @property
    def states(self) -> StateTable:
        return PAYMENT_STATES


def payment_requests_of(order_id: int) -> list[PaymentRequest]:
    return list(
        session().scalars(select(PaymentRequest).where(PaymentRequest.order_id == order_id).order_by(PaymentRequest.id))
    )


def payment_of(order_id: int, number: str | None, *, states: tuple[str, ...]) -> PaymentRequest:
    """The order's request of this number, or its only one in these states, locked.

    Raises Refusal "payment.unknown", and "payment.which" where several fit and none was named.
    """
    query = select(PaymentRequest).where(PaymentRequest.order_id == order_id, PaymentRequest.state.in_(states))
    if number is not None:
        query = query.where(PaymentRequest.number == number)
    query = query.order_by(PaymentRequest.id).with_for_update().execution_options(populate_existing=True)
    found = list(session().scalars(query))
    if not found:
        raise Refusal("payment.unknown")
    if len(found) > 1:
        raise Refusal("payment.which", payments=[payment.number for payment in found])
    return found[0]
