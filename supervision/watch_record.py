"""What people and other systems bring to the watch: outside prices, approvals, dishonesty lists, recorded quotes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant
from mall.documents.state_table import StateTable
from supervision.records.outside_price_states import OUTSIDE_PRICE_STATES

PRICE_KINDS = ("own_site", "e_commerce", "market")
LIST_NAMES = ("serious_violation", "judgment_defaulter", "tax_violation", "procurement_ban")
APPROVAL_KINDS = ("import", "over_standard", "split", "scrap", "late_budget")
SOURCING_STATES = ("open", "awarded", "failed")


class OutsidePrice(Base):
    """A price seen outside the mall, with the evidence's digest; entered, imported, or uploaded by a buyer.

    `evidence_sha256` is of the picture or file that shows it. Only confirmed ones are compared with.
    """

    __tablename__ = "outside_price"
    __table_args__ = (
        CheckConstraint(f"kind in {PRICE_KINDS}", name="kind"),
        CheckConstraint(OUTSIDE_PRICE_STATES.check_sql(), name="state"),
        CheckConstraint("price_fen > 0 and pieces > 0", name="positive"),
        CheckConstraint("confirmed_by_id is null or confirmed_by_id <> entered_by_id", name="two_people"),
        UniqueConstraint("product_id", "supplier_id", "kind", "source", "captured_at"),
        Index("ix_outside_price_product", "product_id", "captured_at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("supplier.id"))
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    kind: Mapped[str]
    source: Mapped[str]
    price_fen: Mapped[int]
    #: base units in what that price buys
    pieces: Mapped[int] = mapped_column(server_default="1")
    is_promotion: Mapped[bool] = mapped_column(server_default="false")
    captured_at: Mapped[datetime] = mapped_column(Instant)
    evidence_sha256: Mapped[str]
    evidence_name: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    @property
    def reference(self) -> str:
        return f"outside_price:{self.id}"

    @property
    def states(self) -> StateTable:
        return OUTSIDE_PRICE_STATES

    @property
    def maker_ids(self) -> tuple[int, ...]:
        return (self.entered_by_id,)


class WatchApproval(Base):
    """An approval that exempts a unit: by kind, category (or its beginning) and days."""

    __tablename__ = "watch_approval"
    __table_args__ = (
        CheckConstraint(f"kind in {APPROVAL_KINDS}", name="kind"),
        CheckConstraint("until_day is null or until_day >= from_day", name="days"),
        UniqueConstraint("unit_id", "kind", "number", "category_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    category_code: Mapped[str]
    quantity: Mapped[int] = mapped_column(server_default="0")
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime] = mapped_column(Instant)


class DishonestyEntry(Base):
    """A supplier on a list of the credit platform; `query_sha256` is of the answer that said so, kept as proof."""

    __tablename__ = "dishonesty_entry"
    __table_args__ = (
        CheckConstraint(f"list_name in {LIST_NAMES}", name="list_name"),
        UniqueConstraint("supplier_id", "list_name", "from_day"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    list_name: Mapped[str]
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    source: Mapped[str]
    queried_at: Mapped[datetime] = mapped_column(Instant)
    query_sha256: Mapped[str]


class RecordedSourcing(Base):
    """One quotation that was held, in the mall or elsewhere, as it was recorded."""

    __tablename__ = "recorded_sourcing"
    __table_args__ = (CheckConstraint(f"state in {SOURCING_STATES}", name="state"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sourcing_number: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    category_code: Mapped[str]
    budget_fen: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: working hours it was open
    open_hours: Mapped[int]
    state: Mapped[str]
    names_brand: Mapped[bool] = mapped_column(server_default="false")
    matching_products: Mapped[int] = mapped_column(server_default="0")
    class_products: Mapped[int] = mapped_column(server_default="0")
    eligible_suppliers: Mapped[int] = mapped_column(server_default="0")
    source: Mapped[str]


class RecordedQuote(Base):
    """One quote per supplier and line (0: the total). Keys are keyed digests; what they were made of is not kept."""

    __tablename__ = "recorded_quote"
    __table_args__ = (UniqueConstraint("sourcing_id", "supplier_id", "line_no"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sourcing_id: Mapped[int] = mapped_column(ForeignKey("recorded_sourcing.id"))
    line_no: Mapped[int]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    price_fen: Mapped[int]
    is_valid: Mapped[bool]
    is_winner: Mapped[bool]
    is_priced_by_framework: Mapped[bool] = mapped_column(server_default="false")
    quoted_at: Mapped[datetime] = mapped_column(Instant)
    ip_key: Mapped[str] = mapped_column(server_default="")
    device_key: Mapped[str] = mapped_column(server_default="")
    certificate_key: Mapped[str] = mapped_column(server_default="")
    bank_key: Mapped[str] = mapped_column(server_default="")
    legal_key: Mapped[str] = mapped_column(server_default="")
    phone_key: Mapped[str] = mapped_column(server_default="")
    choice_reason: Mapped[str] = mapped_column(server_default="")


class RecordedInvitation(Base):
    """One supplier invited to a recorded quotation."""

    __tablename__ = "recorded_invitation"
    __table_args__ = (UniqueConstraint("sourcing_id", "supplier_id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    sourcing_id: Mapped[int] = mapped_column(ForeignKey("recorded_sourcing.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
