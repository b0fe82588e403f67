"""Suppliers: whether they may sell today, and how to reach and pay them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, session


class Supplier(Base):
    """The selling side of an organisation of kind "supplier"; same id."""

    __tablename__ = "supplier"
    __table_args__ = (CheckConstraint("state in ('active', 'suspended', 'removed')", name="state"),)

    id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    name: Mapped[str]
    credit_code: Mapped[str]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    state: Mapped[str] = mapped_column(server_default="active")
    suspended_reason: Mapped[str] = mapped_column(server_default="")
    licence_expires_on: Mapped[date | None]
    #: the last day of the framework agreement; his listings expire with it
    agreement_ends_on: Mapped[date | None]
    is_small_firm: Mapped[bool]
    contact_name: Mapped[str] = mapped_column(server_default="")
    contact_phone: Mapped[str] = mapped_column(server_default="")
    bank_name: Mapped[str] = mapped_column(server_default="")
    bank_account: Mapped[str] = mapped_column(server_default="")
    #: orders declined by silence; shown to units and counted against the supplier
    silent_declines: Mapped[int] = mapped_column(server_default="0")
    rating_sum: Mapped[int] = mapped_column(server_default="0")
    rating_count: Mapped[int] = mapped_column(server_default="0")


def may_sell(supplier: Supplier, *, on: date) -> bool:
    """Whether new orders may go to this supplier on this date."""
    return supplier.state == "active" and not licence_expired(supplier, on=on)


def licence_expired(supplier: Supplier, *, on: date) -> bool:
    return supplier.licence_expires_on is not None and supplier.licence_expires_on < on


def masked_account(bank_account: str) -> str:
    """A bank account as pages show it: the last four digits."""
    return f"**** **** {bank_account[-4:]}" if bank_account else ""


def supplier(supplier_id: int) -> Supplier | None:
    return session().get(Supplier, supplier_id)
