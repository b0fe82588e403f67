"""Contracts: the agreed text of an order, hashed, with a signature of each side."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session


class Contract(Base):
    """One contract per order. `content_hash` is SHA-256 over what both sides sign."""

    __tablename__ = "contract"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="amount"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    amount_fen: Mapped[int]
    content_hash: Mapped[str]
    drawn_up_at: Mapped[datetime] = mapped_column(Instant)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)


class Signature(Base):
    """One side's signature: a typed confirmation with the password; hash, time and person are kept. Append-only."""

    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint("side in ('unit', 'supplier')", name="side"),
        UniqueConstraint("contract_id", "side"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    side: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    signer_name: Mapped[str]
    content_hash: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(server_default="")


def contract_of(order_id: int) -> Contract | None:
    return session().scalar(select(Contract).where(Contract.order_id == order_id))


def signatures_of(contract_id: int) -> list[Signature]:
    return list(session().scalars(select(Signature).where(Signature.contract_id == contract_id).order_by(Signature.id)))
