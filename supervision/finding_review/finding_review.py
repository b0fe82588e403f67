"""What people said of findings, word after word; the finding itself carries only the last one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from supervision.finding import REVIEW_CODES


class FindingReview(Base):
    """One review; append-only. `is_drawn`: the finding was the next of its rule's draw, and nobody's choice.

    `input_hash` is of what the reviewer looked at.
    """

    __tablename__ = "finding_review"
    __table_args__ = (
        CheckConstraint(f"code in {REVIEW_CODES}", name="code"),
        Index("ix_finding_review_finding", "finding_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"))
    rule_version: Mapped[int]
    input_hash: Mapped[str]
    code: Mapped[str]
    note: Mapped[str] = mapped_column(server_default="")
    is_drawn: Mapped[bool]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)


def reviews_of(finding_id: int) -> list[FindingReview]:
    """All reviews of a finding, oldest first."""
    query = select(FindingReview).where(FindingReview.finding_id == finding_id).order_by(FindingReview.id)
    return list(session().scalars(query))
