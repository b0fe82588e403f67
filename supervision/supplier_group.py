"""Suppliers that seem to be under common control, as the last night found them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base


class SupplierGroup(Base):
    """One supplier of a group of several; `group_key` names the group, by its lowest supplier id."""

    __tablename__ = "supplier_group"
    __table_args__ = (Index("ix_supplier_group_group_key", "group_key"),)

    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), primary_key=True, autoincrement=False)
    group_key: Mapped[str]
    on_day: Mapped[date]
