"""Products: what a thing is, whoever sells it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant


class Product(Base):
    """One standard product. `match_key` is the normalised brand + model (or name) within the category."""

    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_category", "category_code"),
        Index("uq_product_gtin", "gtin", unique=True, postgresql_where=text("gtin is not null")),
        Index("uq_product_match_key", "match_key", unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    brand: Mapped[str] = mapped_column(server_default="")
    model: Mapped[str] = mapped_column(server_default="")
    name: Mapped[str]
    match_key: Mapped[str]
    specification: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    gtin: Mapped[str | None]
    #: the unit in which offers are compared, such as 台 or 包
    base_unit: Mapped[str] = mapped_column(server_default="")
    is_green: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(Instant)
