"""Findings: what a rule says of a subject, kept so that it can be judged again. Suspected, never a verdict."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant

#: off: not run; shadow: kept, shown to nobody but who works on rules; the others as the actions of a rule
STANDINGS = ("shadow", "inform", "warn", "case", "hold", "block")

#: how a person judged a finding: it was so; or it was reasonable, because of ...; or data or the rule were wrong
TRUE_CODES = ("true",)
REASONABLE_CODES = ("configuration", "service_included", "remote_freight", "manufacturer_price", "urgent", "approved")
DATA_CODES = ("wrong_category", "wrong_unit", "wrong_pack", "wrong_model")
RULE_CODES = ("rule_wrong",)
REVIEW_CODES = (*TRUE_CODES, *REASONABLE_CODES, *DATA_CODES, *RULE_CODES)


class Finding(Base):
    """One subject under one rule, as it was last found.

    `evidence`, `documents` and `parameters` are those of the last evaluation (`FindingEvaluation` has all of them);
    `standing` is what the rule could do when it was found. `gone_on`: the first day it was no longer found.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("rule_id", "subject"),
        CheckConstraint(f"standing in {STANDINGS}", name="standing"),
        CheckConstraint(f"review_code in {('', *REVIEW_CODES)}", name="review_code"),
        CheckConstraint("(review_code = '') = (reviewed_at is null)", name="reviewed"),
        Index("ix_finding_region", "region_code", "id"),
        Index("ix_finding_unit", "unit_id", "id"),
        Index("ix_finding_supplier", "supplier_id", "id"),
        Index("ix_finding_product", "product_id", "id", postgresql_where=text("product_id is not null")),
        Index("ix_finding_document", "document", postgresql_where=text("document <> ''")),
        Index("ix_finding_case", "case_id", postgresql_where=text("case_id is not null")),
        Index("ix_finding_loose", "standing", postgresql_where=text("case_id is null and gone_on is null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    rule_id: Mapped[str]
    rule_version: Mapped[int]
    subject: Mapped[str]
    stage: Mapped[str]
    standing: Mapped[str]
    severity: Mapped[int]
    region_code: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    category_code: Mapped[str] = mapped_column(server_default="")
    product_id: Mapped[int | None]
    #: the number of the order, the id of the listing and so on, as the rule names it
    document: Mapped[str] = mapped_column(server_default="")
    #: the day of the deed, by which findings are merged into cases
    day: Mapped[date]
    amount_fen: Mapped[int]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    documents: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    parameters: Mapped[dict[str, int]] = mapped_column(JSONB)
    input_hash: Mapped[str]
    found_at: Mapped[datetime] = mapped_column(Instant)
    last_found_on: Mapped[date]
    gone_on: Mapped[date | None]
    case_id: Mapped[int | None]
    review_code: Mapped[str] = mapped_column(server_default="")
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"finding:{self.id}"


class FindingEvaluation(Base):
    """One evaluation that said something new of a finding; append-only. `input_hash` is of all that it was made of."""

    __tablename__ = "finding_evaluation"
    __table_args__ = (Index("ix_finding_evaluation_finding", "finding_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("rule_run.id"))
    rule_version: Mapped[int]
    amount_fen: Mapped[int]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    documents: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    parameters: Mapped[dict[str, int]] = mapped_column(JSONB)
    input_hash: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant)
