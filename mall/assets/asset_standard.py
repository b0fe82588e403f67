"""Quantity standards of office equipment: how many pieces a unit may have for its staff quota, by region and date."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from mall.database import Base, session
from mall.regions.region import chain

#: "100:1/20" - of the first 100 staff one piece for every 20; ":1/30" - of the others one for every 30
_STEP = re.compile(r"(\d{1,6})?:(\d{1,6})/([1-9]\d{0,5})", re.ASCII)


class AssetStandard(Base):
    """One standard with its dates, region and legal source.

    `is_binding`: the text forbids more, so that an order above it is refused; otherwise it asks for a reason.
    Only a confirmed value can bind.
    """

    __tablename__ = "asset_standard"
    __table_args__ = (
        CheckConstraint("valid_to is null or valid_to > valid_from", name="dates"),
        CheckConstraint("cardinality(category_codes) > 0", name="categories"),
        CheckConstraint("not is_binding or is_confirmed", name="only_confirmed_binds"),
        Index("ix_asset_standard_code", "code", "region_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    category_codes: Mapped[list[str]] = mapped_column(ARRAY(String))
    steps: Mapped[str]
    price_ceiling_fen: Mapped[int | None]
    min_years: Mapped[int]
    is_binding: Mapped[bool]
    legal_source: Mapped[str]
    is_confirmed: Mapped[bool]
    name: Mapped[str]
    name_en: Mapped[str]


@dataclass(frozen=True)
class Standard:
    """A standard as it holds for one region on one day."""

    id: int
    code: str
    region_code: int
    valid_from: date
    valid_to: date | None
    category_codes: frozenset[str]
    steps: str
    price_ceiling_fen: int | None
    min_years: int
    is_binding: bool
    legal_source: str
    is_confirmed: bool
    name: str
    name_en: str

    def ceiling(self, staff_quota: int | None) -> int | None:
        """Pieces for so many staff, rounded down and at least one; None where the quota is not known."""
        return None if not staff_quota else max(1, pieces_for(self.steps, staff_quota=staff_quota))

    @property
    def refuses(self) -> bool:
        return self.is_binding and self.is_confirmed


def pieces_for(steps: str, *, staff_quota: int) -> int:
    """100 staff at "100:1/20|:1/30" make 5, 130 make 6. Raises ValueError for steps that cannot be read."""
    pieces, below = 0, 0
    for step in steps.split("|"):
        found = _STEP.fullmatch(step)
        if found is None:
            raise ValueError(f"a step is UP_TO:PIECES/STAFF, not {step!r}")
        up_to = int(found[1]) if found[1] else staff_quota
        staff = max(0, min(staff_quota, up_to) - below)
        pieces += staff * int(found[2]) // int(found[3])
        below = max(below, up_to)
    return pieces


# Standards change once in years and are asked for with every cart: a short-lived copy per process.
_KEPT_SECONDS = 2.0
_kept: list[Standard] = []
_kept_at = 0.0


def forget_kept_standards() -> None:
    """Drop the copy; whoever changes a standard calls it, and so do tests."""
    global _kept_at
    _kept_at = 0.0


def standards_for(region_code: int, *, on: date) -> list[Standard]:
    """Those that hold in the region on this day: of each code the nearest division's youngest."""
    _refresh()
    found: dict[str, Standard] = {}
    for division in chain(region_code):
        here: dict[str, Standard] = {}
        for row in _kept:
            is_valid = row.valid_from <= on and (row.valid_to is None or on < row.valid_to)
            younger = here.get(row.code)
            if row.region_code == division and is_valid and (younger is None or row.valid_from > younger.valid_from):
                here[row.code] = row
        for code, row in here.items():
            found.setdefault(code, row)
    return sorted(found.values(), key=lambda row: row.id)


def _refresh() -> None:
    global _kept_at
    if _kept_at and time.monotonic() - _kept_at < _KEPT_SECONDS:
        return
    names = [field.name for field in fields(Standard)]
    rows = session().execute(select(*(getattr(AssetStandard, name) for name in names))).mappings()
    _kept[:] = [Standard(**{**row, "category_codes": frozenset(row["category_codes"])}) for row in rows]
    _kept_at = time.monotonic()
