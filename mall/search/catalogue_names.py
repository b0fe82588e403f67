"""Names of categories and regions for search pages, kept for a moment per process: they hardly ever change."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from sqlalchemy import select

from mall.catalogue.category import Category
from mall.database import engine, session
from mall.regions.region import Region

_KEPT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class CategoryName:
    """A category as lists and trees need it; `aliases` are everyday words for it."""

    code: str
    name: str
    name_en: str
    level: int
    parent_code: str | None
    in_mall: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegionName:
    """A division as lists need it."""

    code: int
    name: str
    name_en: str
    level: str
    parent_code: int | None


@dataclass(frozen=True, slots=True)
class CatalogueNames:
    """All categories and regions by code, and the categories right below each category, in code order."""

    categories: dict[str, CategoryName]
    regions: dict[int, RegionName]
    below: dict[str | None, tuple[str, ...]] = field(default_factory=dict)

    def lineage(self, code: str) -> tuple[str, ...]:
        """The category and those above it, lowest first; () for an unknown code."""
        found: list[str] = []
        current = self.categories.get(code)
        while current is not None:
            found.append(current.code)
            current = self.categories.get(current.parent_code) if current.parent_code else None
        return tuple(found)

    def family(self, code: str) -> tuple[str, ...]:
        """The category and everything below it; () for an unknown code."""
        if code not in self.categories:
            return ()
        found = [code]
        for one in found:
            found.extend(self.below.get(one, ()))
        return tuple(found)


_kept: tuple[float, str, CatalogueNames] | None = None


def catalogue_names() -> CatalogueNames:
    """Return the names, read anew when the copy of this process is older than half a minute."""
    global _kept
    database = str(engine().url)
    if _kept is None or time.monotonic() - _kept[0] > _KEPT_SECONDS or _kept[1] != database:
        _kept = (time.monotonic(), database, _read())
    return _kept[2]


def forget_kept_names() -> None:
    """Drop the copy; whoever loads reference data calls it, and so do tests."""
    global _kept
    _kept = None


def _read() -> CatalogueNames:
    rows = session().execute(
        select(
            Category.code,
            Category.name,
            Category.name_en,
            Category.level,
            Category.parent_code,
            Category.in_mall,
            Category.aliases,
        ).order_by(Category.code)
    )
    categories = {
        row.code: CategoryName(*row[:6], tuple(alias for alias in row.aliases.split("|") if alias)) for row in rows
    }
    regions = session().execute(
        select(Region.code, Region.name, Region.name_en, Region.level, Region.parent_code).order_by(Region.code)
    )
    below: dict[str | None, list[str]] = {}
    for category in categories.values():
        below.setdefault(category.parent_code, []).append(category.code)
    return CatalogueNames(
        categories=categories,
        regions={row.code: RegionName(*row) for row in regions},
        below={code: tuple(codes) for code, codes in below.items()},
    )
