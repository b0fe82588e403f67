"""Findings about payments: what looks as if it should have been procured. Suspected, never a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.payment_watch.payment_finding_states import PAYMENT_FINDING_STATES

KINDS = ("catalogue_without_order", "over_limit", "supplier_without_order", "suspected_duplicate")
#: how a unit may explain
EXPLANATIONS = ("order", "outside_contract", "not_procurement", "emergency", "wrong_record", "other")
#: why finance accepts, and why it keeps a finding open
ACCEPTED_BECAUSE = ("order_exists", "approved_outside", "not_procurement", "emergency", "record_corrected")
KEPT_BECAUSE = ("evidence_missing", "does_not_match", "to_supervision")


class PaymentFinding(Base):
    """One suspicion about one payment. `evidence` says what was compared with what, and by which rule."""

    __tablename__ = "payment_finding"
    __table_args__ = (
        UniqueConstraint("payment_id", "kind"),
        CheckConstraint(PAYMENT_FINDING_STATES.check_sql(), name="state"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint(f"explanation in {('', *EXPLANATIONS)}", name="explanation"),
        CheckConstraint("state not in ('explained', 'accepted') or explained_by_id is not null", name="explained"),
        CheckConstraint("state <> 'accepted' or decided_by_id is not null", name="decided"),
        CheckConstraint("decided_by_id is null or decided_by_id <> explained_by_id", name="two_people"),
        Index("ix_payment_finding_unit", "unit_id", "year", "id"),
        Index("ix_payment_finding_region", "region_code", "id"),
        Index("ix_payment_finding_waiting", "due_at", postgresql_where=text("state in ('open', 'explained')")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("other_payment.id"))
    kind: Mapped[str]
    state: Mapped[str]
    region_code: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    amount_fen: Mapped[int]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("payment_evaluation.id"))
    found_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    explanation: Mapped[str] = mapped_column(server_default="")
    explanation_text: Mapped[str] = mapped_column(server_default="")
    order_number: Mapped[str] = mapped_column(server_default="")
    approval_number: Mapped[str] = mapped_column(server_default="")
    explained_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decision_code: Mapped[str] = mapped_column(server_default="")

    @property
    def reference(self) -> str:
        return f"payment_finding:{self.number}"

    @property
    def states(self) -> StateTable:
        return PAYMENT_FINDING_STATES


def findings_of(payment_ids: Iterable[int]) -> dict[int, list[PaymentFinding]]:
    """The findings of these payments, oldest first."""
    found: dict[int, list[PaymentFinding]] = {payment_id: [] for payment_id in payment_ids}
    query = select(PaymentFinding).where(PaymentFinding.payment_id.in_(found)).order_by(PaymentFinding.id)
    for finding in session().scalars(query):
        found[finding.payment_id].append(finding)
    return found
