"""Payment requests: what the unit asks the treasury to pay for one order."""

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
    """One request; an order has at most one that is under way. `amounts`: {budget line id as text: fen}."""

    __tablename__ = "payment_request"
    __table_args__ = (
        CheckConstraint(PAYMENT_STATES.check_sql(), name="state"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("finance_id is null or finance_id <> accountant_id", name="two_people"),
        Index(
            "uq_payment_request_open",
            "order_id",
            unique=True,
            postgresql_where=text("state in ('requested', 'approved', 'sent', 'paid')"),
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
    payee: Mapped[dict[str, Any]] = mapped_column(JSONB)
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
    def states(self) -> StateTable:
        return PAYMENT_STATES


def payment_requests_of(order_id: int) -> list[PaymentRequest]:
    return list(
        session().scalars(select(PaymentRequest).where(PaymentRequest.order_id == order_id).order_by(PaymentRequest.id))
    )


def open_payment_request(order_id: int, *, lock: bool = False) -> PaymentRequest:
    """The request under way of an order. Raises Refusal("payment.unknown")."""
    query = select(PaymentRequest).where(
        PaymentRequest.order_id == order_id, PaymentRequest.state.in_(("requested", "approved", "sent"))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("payment.unknown")
    return found
