"""The reference data shipped with the mall, read from its CSV files into plain records; knows no database."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class RegionRecord:
    """A division of Henan, GB/T 2260; `limit_level` says which column of the purchase limits applies to it."""

    code: int
    name: str
    name_en: str
    level: str  # province, city or county
    parent_code: int | None
    limit_level: str  # province, capital, city or county
    is_province_managed: bool
    is_statistical_zone: bool


@dataclass(frozen=True, kw_only=True)
class CategoryRecord:
    """A code of the official procurement catalogue of 2022 that the mall knows."""

    code: str
    name: str
    name_en: str
    level: int
    parent_code: str | None
    kind: str  # goods or services
    in_mall: bool
    centralised: bool
    is_asset: bool
    asset_ceiling_fen: int | None
    min_years: int | None
    default_unit: str | None
    aliases: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class RegionalRuleRecord:
    """A dated number of the law; an empty level means every level of the region and what lies below it."""

    code: str
    region_code: int
    level: str
    valid_from: date
    valid_to: date | None
    value: int
    unit: str  # fen, working_days, days, basis_points, count or minutes
    tightens: str  # the direction in which a lower level may change it: lower or higher
    legal_source: str
    confirmed: bool
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class UnitOfMeasureRecord:
    """A unit in which goods and services are sold, with the other spellings suppliers use."""

    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BudgetClassRecord:
    """A code of the government budget classification, either economic or functional."""

    code: str
    name: str
    name_en: str
    parent_code: str | None


@cache
def regions() -> tuple[RegionRecord, ...]:
    """Every division of Henan, a parent before its children."""
    return tuple(
        RegionRecord(
            code=int(row["code"]),
            name=row["name"],
            name_en=row["name_en"],
            level=row["level"],
            parent_code=_whole_number(row["parent_code"]),
            limit_level=row["limit_level"],
            is_province_managed=_flag(row["is_province_managed"]),
            is_statistical_zone=_flag(row["is_statistical_zone"]),
        )
        for row in _rows("regions.csv")
    )


@cache
def categories() -> tuple[CategoryRecord, ...]:
    """The routine-purchase part of the official catalogue, ordered by code, a parent before its children."""
    return tuple(
        CategoryRecord(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            level=int(row["level"]),
            parent_code=row["parent_code"] or None,
            kind=row["kind"],
            in_mall=_flag(row["in_mall"]),
            centralised=_flag(row["centralised"]),
            is_asset=_flag(row["is_asset"]),
            asset_ceiling_fen=_whole_number(row["asset_ceiling_fen"]),
            min_years=_whole_number(row["min_years"]),
            default_unit=row["default_unit"] or None,
            aliases=_several(row["aliases"]),
            note=row["note"],
        )
        for row in _rows("categories.csv")
    )


@cache
def regional_rules() -> tuple[RegionalRuleRecord, ...]:
    """The numbers the mall judges by, as they stand in the province before any city or county tightens them."""
    return tuple(
        RegionalRuleRecord(
            code=row["code"],
            region_code=int(row["region_code"]),
            level=row["level"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            value=int(row["value"]),
            unit=row["unit"],
            tightens=row["tightens"],
            legal_source=row["legal_source"],
            confirmed=_flag(row["confirmed"]),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
        )
        for row in _rows("regional_rules.csv")
    )


@cache
def units_of_measure() -> tuple[UnitOfMeasureRecord, ...]:
    """The units of sale with their aliases."""
    return tuple(
        UnitOfMeasureRecord(
            code=row["code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            aliases=_several(row["aliases"]),
        )
        for row in _rows("units_of_measure.csv")
    )


@cache
def economic_items() -> tuple[BudgetClassRecord, ...]:
    """Economic classes of departmental budgets from which a unit buys, such as 30201 office expenses."""
    return _budget_classes("economic_items.csv")


@cache
def function_classes() -> tuple[BudgetClassRecord, ...]:
    """Functional classes of expenditure, such as 2050203 junior secondary education."""
    return _budget_classes("function_classes.csv")


def _budget_classes(name: str) -> tuple[BudgetClassRecord, ...]:
    return tuple(
        BudgetClassRecord(
            code=row["code"],
            name=row["name"],
            name_en=row["name_en"],
            parent_code=row["parent_code"] or None,
        )
        for row in _rows(name)
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"a flag is 0 or 1, not {text!r}")
    return text == "1"


def _whole_number(text: str) -> int | None:
    return int(text) if text else None


def _several(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)
