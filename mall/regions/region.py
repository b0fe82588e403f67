"""Divisions by GB/T 2260 code: province, city, county."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, session


class Region(Base):
    """One division. `limit_level` is the level at which limits are looked up: Zhengzhou has its own."""

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("level in ('province', 'city', 'county')", name="level"),
        CheckConstraint("limit_level in ('province', 'capital', 'city', 'county')", name="limit_level"),
    )

    code: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    name_en: Mapped[str]
    level: Mapped[str]
    limit_level: Mapped[str]
    parent_code: Mapped[int | None] = mapped_column(ForeignKey("region.code"))
    is_province_managed: Mapped[bool]
    is_statistical_zone: Mapped[bool]


def chain(code: int) -> tuple[int, ...]:
    """The division and those above it, lowest first: 410122 -> (410122, 410100, 410000)."""
    above = [code]
    if code % 100:
        city = code - code % 100
        # Counties managed by the province stand under 4190xx, which is no city of its own.
        if city % 10000 != 9000:
            above.append(city)
    if code % 10000:
        above.append(code - code % 10000)
    return tuple(above)


def code_bounds(code: int) -> tuple[int, int]:
    """Lowest and highest code inside the division, both included."""
    if code % 10000 == 0:
        return code, code + 9999
    if code % 100 == 0:
        return code, code + 99
    return code, code


def regions_by_code() -> dict[int, Region]:
    """All divisions."""
    return {region.code: region for region in session().scalars(select(Region).order_by(Region.code))}


_NAMES = select(Region.code, Region.name, Region.name_en)


def region_names() -> dict[int, tuple[str, str]]:
    """{code: (name, English name)} of all divisions; columns, no objects: every page asks for them."""
    return {code: (name, name_en) for code, name, name_en in session().execute(_NAMES)}


def region_named(code: int) -> str:
    """The division's name, or its code where it is unknown."""
    return session().scalar(select(Region.name).where(Region.code == code)) or str(code)


def province_code() -> int:
    """The code of the province that this installation serves."""
    return session().scalar(select(func.min(Region.code)).where(Region.level == "province")) or 0
