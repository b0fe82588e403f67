"""Which way money of a fund source leaves: paid directly by the treasury, by the unit within its treasury quota, or out
of the unit's own bank account. A dated table; all three ways are under the same control."""

from __future__ import annotations

from datetime import date
from typing import cast

from sqlalchemy import CheckConstraint, Identity, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from ledger.chart_of_accounts import Channel
from mall.database import Base, session


class PaymentChannel(Base):
    """A fund source whose name begins with `fund_source` is paid by `channel`; the empty one is for all others."""

    __tablename__ = "payment_channel"
    __table_args__ = (
        CheckConstraint("channel in ('treasury_direct', 'treasury_authorised', 'real_account')", name="channel"),
        CheckConstraint("valid_to is null or valid_to > valid_from", name="dates"),
        UniqueConstraint("fund_source", "valid_from"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    fund_source: Mapped[str]
    channel: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    legal_source: Mapped[str]
    is_confirmed: Mapped[bool]


def channels_for(fund_sources: set[str], *, on: date) -> dict[str, Channel]:
    """{fund source: channel} on this day; the longest name that fits decides, of two the younger."""
    rows = session().scalars(
        select(PaymentChannel).where(
            PaymentChannel.valid_from <= on, or_(PaymentChannel.valid_to.is_(None), PaymentChannel.valid_to > on)
        )
    )
    known = sorted(rows, key=lambda row: (len(row.fund_source), row.valid_from), reverse=True)
    found: dict[str, Channel] = {}
    for fund_source in fund_sources:
        fitting = next((row for row in known if fund_source.startswith(row.fund_source)), None)
        found[fund_source] = cast(Channel, fitting.channel) if fitting is not None else "treasury_direct"
    return found
