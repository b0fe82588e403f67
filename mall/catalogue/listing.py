"""Listings: who sells a product, at what price, where, in what unit and pack."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from mall.catalogue.listing_states import LISTING_STATES
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.regions.region import chain


class Listing(Base):
    """One offer. Prices include tax, per `unit`; a unit holds `pack_size` base units of the product."""

    __tablename__ = "listing"
    __table_args__ = (
        CheckConstraint(LISTING_STATES.check_sql(), name="state"),
        CheckConstraint("price_fen > 0", name="price"),
        CheckConstraint("pack_size > 0", name="pack_size"),
        UniqueConstraint("supplier_id", "sku"),
        Index("ix_listing_product", "product_id"),
        Index("ix_listing_checked", "submitted_at", "id", postgresql_where=text("state = 'checked'")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    sku: Mapped[str]
    name: Mapped[str]
    #: the supplier's own word for the category, kept so that it can be settled once for all rows
    supplier_category: Mapped[str] = mapped_column(server_default="")
    price_fen: Mapped[int]
    market_price_fen: Mapped[int | None]
    tax_rate_bp: Mapped[int] = mapped_column(server_default="1300")
    unit: Mapped[str]
    pack_size: Mapped[int] = mapped_column(server_default="1")
    pack_text: Mapped[str] = mapped_column(server_default="")
    stock: Mapped[int | None]
    delivery_days: Mapped[int] = mapped_column(server_default="3")
    #: divisions it is delivered to; 410000 means the whole province
    region_codes: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    origin: Mapped[str] = mapped_column(server_default="")
    warranty_months: Mapped[int | None]
    description_html: Mapped[str] = mapped_column(server_default="")
    #: number and last day of its energy-saving or environmental certificate
    certificate_number: Mapped[str] = mapped_column(server_default="")
    certificate_until: Mapped[date | None]
    state: Mapped[str]
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    #: the last day on the shelf; set when it was reviewed, by the rule of that day
    ends_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default="1")
    sold_count: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def reference(self) -> str:
        return f"listing:{self.id}"

    @property
    def states(self) -> StateTable:
        return LISTING_STATES


def delivers_to(region_codes: list[int], *, region_code: int) -> bool:
    """Whether an offer that serves `region_codes` reaches a unit in `region_code`."""
    return not set(region_codes).isdisjoint(chain(region_code))


def listing_by_sku(supplier_id: int, sku: str) -> Listing | None:
    return session().scalar(select(Listing).where(Listing.supplier_id == supplier_id, Listing.sku == sku))
