"""Dated numbers of the law, per region: limits, days, minimum counts. Never in code.

A rule is looked up by the purchasing unit's region and the date of the deed: county, then city,
then province; a lower division may only tighten what stands above it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, session
from mall.errors import Refusal
from mall.regions.region import Region, chain


class RegionalRule(Base):
    """One value with its dates, level and legal source.

    `unit`: fen, working_days, days, basis_points, count, bytes, pixels.
    """

    __tablename__ = "regional_rule"
    __table_args__ = (
        CheckConstraint("tightens in ('lower', 'higher')", name="tightens"),
        CheckConstraint("level in ('', 'province', 'capital', 'city', 'county')", name="level"),
        CheckConstraint("valid_to is null or valid_to > valid_from", name="dates"),
        Index("ix_regional_rule_code", "code", "region_code"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    level: Mapped[str] = mapped_column(server_default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    value: Mapped[int]
    unit: Mapped[str]
    tightens: Mapped[str]
    legal_source: Mapped[str]
    is_confirmed: Mapped[bool]
    name: Mapped[str]
    name_en: Mapped[str]


@dataclass(frozen=True)
class RuleValue:
    """A rule as it applied to one deed; orders keep it."""

    code: str
    value: int
    unit: str
    rule_id: int
    legal_source: str
    is_confirmed: bool

    def as_evidence(self) -> dict[str, object]:
        return {
            "code": self.code,
            "value": self.value,
            "unit": self.unit,
            "rule_id": self.rule_id,
            "legal_source": self.legal_source,
        }


@dataclass(frozen=True)
class _Row:
    id: int
    code: str
    region_code: int
    level: str
    valid_from: date
    valid_to: date | None
    value: int
    unit: str
    tightens: str
    legal_source: str
    is_confirmed: bool


# Rules change a few times a year and are read several times per request: a short-lived copy per process.
_KEPT_SECONDS = 2.0
_kept: dict[str, list[_Row]] = {}
_kept_levels: dict[int, str] = {}
_kept_at = 0.0


def forget_kept_rules() -> None:
    """Drop the copy; whoever changes a rule calls it, and so do tests."""
    global _kept_at
    _kept_at = 0.0


def rule(code: str, *, region_code: int, on: date) -> RuleValue:
    """The value that binds a unit of this region on this date.

    Raises Refusal("rule.missing"): without its number of the law a deed cannot be judged.
    """
    _refresh()
    level = _kept_levels.get(region_code, "county")
    best: _Row | None = None
    for division in reversed(chain(region_code)):
        found = _row_of(code, division=division, level=level, on=on)
        if found is None:
            continue
        if best is None:
            best = found
            continue
        tighter = min if found.tightens == "lower" else max
        best = tighter(best, found, key=lambda row: row.value)
    if best is None:
        raise Refusal("rule.missing", rule=code, region_code=region_code, on=on)
    return RuleValue(
        code=code,
        value=best.value,
        unit=best.unit,
        rule_id=best.id,
        legal_source=best.legal_source,
        is_confirmed=best.is_confirmed,
    )


def _row_of(code: str, *, division: int, level: str, on: date) -> _Row | None:
    rows = [
        row
        for row in _kept.get(code, [])
        if row.region_code == division
        and row.level in ("", level)
        and row.valid_from <= on
        and (row.valid_to is None or on < row.valid_to)
    ]
    # A row for the very level is more exact than one for all levels; of two, the younger holds.
    return max(rows, key=lambda row: (row.level != "", row.valid_from, row.id), default=None)


def _refresh() -> None:
    global _kept_at
    if _kept_at and time.monotonic() - _kept_at < _KEPT_SECONDS:
        return
    rows: dict[str, list[_Row]] = {}
    for found in session().execute(
        select(
            RegionalRule.id,
            RegionalRule.code,
            RegionalRule.region_code,
            RegionalRule.level,
            RegionalRule.valid_from,
            RegionalRule.valid_to,
            RegionalRule.value,
            RegionalRule.unit,
            RegionalRule.tightens,
            RegionalRule.legal_source,
            RegionalRule.is_confirmed,
        )
    ):
        row = _Row(*found)
        rows.setdefault(row.code, []).append(row)
    _kept.clear()
    _kept.update(rows)
    _kept_levels.clear()
    _kept_levels.update(dict(session().execute(select(Region.code, Region.limit_level)).all()))
    _kept_at = time.monotonic()
