"""Payments of a unit's other spending, the files they came with, and every judgement of each."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session

CHANNELS = ("treasury_direct", "treasury_authorised", "real_account")
#: hit: at least one finding; clear: judged, nothing found; not_applicable: no procurement; not_computable: unknown what
OUTCOMES = ("hit", "clear", "not_applicable", "not_computable")


class PaymentLoad(Base):
    """One file that was taken in. The same bytes are the same load."""

    __tablename__ = "payment_load"
    __table_args__ = (
        CheckConstraint("side in ('unit', 'finance', 'system')", name="side"),
        CheckConstraint("row_count > 0 and cardinality(unit_ids) > 0", name="filled"),
        Index("ix_payment_load_units", "unit_ids", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    file_name: Mapped[str]
    size_bytes: Mapped[int]
    side: Mapped[str]
    region_codes: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    unit_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    row_count: Mapped[int]
    new_count: Mapped[int]
    changed_count: Mapped[int]
    amount_fen: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    loaded_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"payment_load:{self.number}"


class OtherPayment(Base):
    """One payment as the treasury or the bank reported it; negative: money that came back.

    `edition` counts its contents: a later file may correct a voucher. The judgement of today is `outcome` with the
    row of PaymentEvaluation that gave it.
    """

    __tablename__ = "other_payment"
    __table_args__ = (
        UniqueConstraint("unit_id", "channel", "voucher_number"),
        CheckConstraint(f"channel in {CHANNELS}", name="channel"),
        CheckConstraint(f"outcome in {('', *OUTCOMES)}", name="outcome"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        Index("ix_other_payment_unit_year", "unit_id", "year", "paid_on", "id"),
        Index("ix_other_payment_region", "region_code", "year", "id"),
        Index("ix_other_payment_load", "load_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    load_id: Mapped[int] = mapped_column(ForeignKey("payment_load.id"))
    row_number: Mapped[int]
    edition: Mapped[int] = mapped_column(server_default="1")
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[int]
    year: Mapped[int]
    paid_on: Mapped[date]
    amount_fen: Mapped[int]
    payee_name: Mapped[str]
    payee_account: Mapped[str] = mapped_column(server_default="")
    economic_code: Mapped[str] = mapped_column(server_default="")
    purpose: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str]
    voucher_number: Mapped[str]
    #: what the file itself said; what we told stands beside it
    given_category_code: Mapped[str] = mapped_column(server_default="")
    invoice_number: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str] = mapped_column(server_default="")
    category_code: Mapped[str | None]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("purchase_order.id"))
    evaluation_id: Mapped[int | None]

    @property
    def reference(self) -> str:
        return f"other_payment:{self.id}"


class PaymentEvaluation(Base):
    """One judgement of a payment, never changed: `inputs` are all it was given, so that it can be judged again."""

    __tablename__ = "payment_evaluation"
    __table_args__ = (
        CheckConstraint(f"outcome in {OUTCOMES}", name="outcome"),
        Index("ix_payment_evaluation_payment", "payment_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("other_payment.id"))
    rule_version: Mapped[str]
    input_hash: Mapped[str]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSONB)
    outcome: Mapped[str]
    why: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    hits: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Instant)


def evaluations_by_id(ids: set[int]) -> dict[int, PaymentEvaluation]:
    found = session().scalars(select(PaymentEvaluation).where(PaymentEvaluation.id.in_(ids)))
    return {one.id: one for one in found}
