"""Organisations: units and their departments, suppliers, the purchasing centre, finance departments, the platform."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, session

KINDS = ("unit", "department", "supplier", "centre", "finance", "platform")


class Organisation(Base):
    """One organisation. Units form a tree by `parent_id`; a department belongs to its unit."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint("state in ('active', 'closed')", name="state"),
        Index("ix_organisation_region", "region_code", "kind"),
        Index(
            "uq_organisation_credit_code", "credit_code", unique=True, postgresql_where=text("credit_code is not null")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default="")
    credit_code: Mapped[str | None]
    staff_quota: Mapped[int | None]
    address: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="active")


def organisation(organisation_id: int) -> Organisation | None:
    # What no id can be is no organisation, instead of an error of the database.
    return session().get(Organisation, organisation_id) if 0 < organisation_id < 2**63 else None


def organisation_names(ids: set[int]) -> dict[int, str]:
    """Names by id, for lists."""
    if not ids:
        return {}
    return dict(session().execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))).all())


def organisation_by_credit_code(credit_code: str, *, kind: str) -> Organisation | None:
    return session().scalar(
        select(Organisation).where(Organisation.credit_code == credit_code, Organisation.kind == kind)
    )
