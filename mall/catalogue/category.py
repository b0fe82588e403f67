"""Official procurement categories (2022), and which of them the mall sells."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, session


class Category(Base):
    """One code of the official table, such as A05040101. `is_centralised`: in Henan's centralised catalogue."""

    __tablename__ = "category"
    __table_args__ = (
        CheckConstraint("kind in ('goods', 'services', 'works')", name="kind"),
        Index("ix_category_parent", "parent_code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(server_default="")
    level: Mapped[int]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    kind: Mapped[str]
    in_mall: Mapped[bool]
    is_centralised: Mapped[bool]
    is_asset: Mapped[bool]
    asset_ceiling_fen: Mapped[int | None]
    min_years: Mapped[int | None]
    default_unit: Mapped[str] = mapped_column(server_default="")
    aliases: Mapped[str] = mapped_column(server_default="")


def categories_by_code() -> dict[str, Category]:
    """The whole table; a few hundred rows by default, 4,304 with the full official table."""
    return {category.code: category for category in session().scalars(select(Category).order_by(Category.code))}


def ancestors(code: str, *, by_code: dict[str, Category]) -> list[Category]:
    """The category and those above it, lowest first."""
    found: list[Category] = []
    current = by_code.get(code)
    while current is not None:
        found.append(current)
        current = by_code.get(current.parent_code) if current.parent_code else None
    return found


def under_scope(code: str, scope: list[str]) -> bool:
    """Whether a category falls under a budget line's scope of code prefixes; an empty scope means all."""
    return not scope or any(code.startswith(prefix.rstrip("0") if len(prefix) == 9 else prefix) for prefix in scope)
