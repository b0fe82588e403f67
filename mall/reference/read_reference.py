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
class OldCategoryCodeRecord:
    """A code of the catalogue of 2013 (财库〔2013〕189号), and what became of it in 2022: one code, or several."""

    code: str
    name: str
    codes_2022: tuple[str, ...]
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class RegionalRuleRecord:
    """A dated number of the law; an empty level means every level of the region and what lies below it."""

    code: str
    region_code: int
    level: str
    valid_from: date
    valid_to: date | None
    value: int
    unit: str  # fen, working_days, days, basis_points, count, minutes, bytes or pixels
    tightens: str  # the direction in which a lower level may change it: lower or higher
    legal_source: str
    confirmed: bool
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class ChartMappingRecord:
    """What one account of the books is called in a region from a day on; `account` is the ledger's own name."""

    region_code: int
    account: str
    valid_from: date
    official_code: str
    name_zh: str
    name_en: str
    legal_source: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class PaymentChannelRecord:
    """The channel of a fund source from a day on."""

    fund_source: str
    channel: str
    valid_from: date
    valid_to: date | None
    legal_source: str
    confirmed: bool


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


@dataclass(frozen=True, kw_only=True)
class EconomicScopeRecord:
    """What an economic item usually buys: a category (None: no procurement), as surely as `confidence` of a hundred."""

    economic_code: str
    category_code: str | None
    confidence: int
    note: str


@dataclass(frozen=True, kw_only=True)
class PurposeWordRecord:
    """A word that payment purposes use, and the category it means (None: no procurement)."""

    word: str
    category_code: str | None
    confidence: int


@dataclass(frozen=True, kw_only=True)
class AssetKindRecord:
    """Whether goods of a category make cards: "always", "from_limit" (the unit price's) or "never"."""

    category_prefix: str
    name: str
    card: str
    useful_years: int | None
    valid_from: date
    legal_source: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class AttributeRecord:
    """What goods of a category say of themselves. `kind`: text, number (in `unit`) or choice; `aliases` are other
    names that suppliers give it."""

    category_prefix: str
    name: str
    name_en: str
    aliases: tuple[str, ...]
    kind: str
    unit: str
    choices: tuple[str, ...]
    mandatory: bool


@dataclass(frozen=True, kw_only=True)
class CompulsoryGreenRecord:
    """A category that may only be bought with this certificate, and where that stands written."""

    category_code: str
    valid_from: date
    valid_to: date | None
    scheme: str
    scheme_en: str
    legal_source: str
    confirmed: bool


@dataclass(frozen=True, kw_only=True)
class AssetStandardRecord:
    """A quantity standard. `steps`: "100:1/20|:1/30" is one for each 20 of the first 100 staff, then for each 30."""

    code: str
    region_code: int
    valid_from: date
    valid_to: date | None
    category_codes: tuple[str, ...]
    steps: str
    price_ceiling_fen: int | None
    min_years: int
    is_binding: bool
    legal_source: str
    confirmed: bool
    name_zh: str
    name_en: str


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
def chart_mappings() -> tuple[ChartMappingRecord, ...]:
    """What regions call the accounts of the books, where it differs from the ledger's own titles."""
    return tuple(
        ChartMappingRecord(
            region_code=int(row["region_code"]),
            account=row["account"],
            valid_from=date.fromisoformat(row["valid_from"]),
            official_code=row["official_code"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            legal_source=row["legal_source"],
            confirmed=_flag(row["confirmed"]),
        )
        for row in _rows("chart_mapping.csv")
    )


@cache
def payment_channels() -> tuple[PaymentChannelRecord, ...]:
    """Which way money of a fund source leaves, with dates; the empty fund source stands for all others."""
    return tuple(
        PaymentChannelRecord(
            fund_source=row["fund_source"],
            channel=row["channel"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            legal_source=row["legal_source"],
            confirmed=_flag(row["confirmed"]),
        )
        for row in _rows("payment_channels.csv")
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


@cache
def economic_scopes() -> tuple[EconomicScopeRecord, ...]:
    """Economic item to category, our own reading until the finance department confirms one; 0 says "look further"."""
    return tuple(
        EconomicScopeRecord(
            economic_code=row["economic_code"],
            category_code=row["category_code"] or None,
            confidence=int(row["confidence"]),
            note=row["note"],
        )
        for row in _rows("economic_scope.csv")
    )


@cache
def old_category_codes() -> dict[str, OldCategoryCodeRecord]:
    """Codes of 2013 that suppliers still write, by code. Some mean another thing today: A02010104 is a server now."""
    return {
        row["code"]: OldCategoryCodeRecord(
            code=row["code"],
            name=row["name"],
            codes_2022=tuple(row["codes_2022"].split("|")),
            confirmed=_flag(row["confirmed"]),
        )
        for row in _rows("category_codes_2013.csv")
    }


@cache
def purpose_words() -> tuple[PurposeWordRecord, ...]:
    """Words of payment purposes beyond the official names and aliases, our own reading."""
    return tuple(
        PurposeWordRecord(
            word=row["word"], category_code=row["category_code"] or None, confidence=int(row["confidence"])
        )
        for row in _rows("purpose_words.csv")
    )


@cache
def asset_kinds() -> tuple[AssetKindRecord, ...]:
    """Which categories make asset cards, the most exact prefix first."""
    found = (
        AssetKindRecord(
            category_prefix=row["category_prefix"],
            name=row["name"],
            card=row["card"],
            useful_years=_whole_number(row["useful_years"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            legal_source=row["legal_source"],
            confirmed=_flag(row["confirmed"]),
        )
        for row in _rows("asset_kinds.csv")
    )
    return tuple(sorted(found, key=lambda kind: (-len(kind.category_prefix), -kind.valid_from.toordinal())))


@cache
def category_attributes() -> tuple[AttributeRecord, ...]:
    """The attributes of the categories that have any, in the order in which pages show them."""
    return tuple(
        AttributeRecord(
            category_prefix=row["category_prefix"],
            name=row["name"],
            name_en=row["name_en"],
            aliases=_several(row["aliases"]),
            kind=row["kind"],
            unit=row["unit"],
            choices=_several(row["choices"]),
            mandatory=_flag(row["mandatory"]),
        )
        for row in _rows("category_attributes.csv")
    )


@cache
def generic_models() -> tuple[str, ...]:
    """What suppliers write for a model and that names nothing: 标准服务, 通用, 无."""
    return tuple(row["model"] for row in _rows("generic_models.csv"))


@cache
def compulsory_green() -> tuple[CompulsoryGreenRecord, ...]:
    """The categories in which energy-saving or environmental certificates are compulsory."""
    return tuple(
        CompulsoryGreenRecord(
            category_code=row["category_code"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            scheme=row["scheme"],
            scheme_en=row["scheme_en"],
            legal_source=row["legal_source"],
            confirmed=_flag(row["confirmed"]),
        )
        for row in _rows("compulsory_green.csv")
    )


@cache
def asset_standards() -> tuple[AssetStandardRecord, ...]:
    """How many pieces of office equipment a unit may have for its staff quota, as shipped."""
    return tuple(
        AssetStandardRecord(
            code=row["code"],
            region_code=int(row["region_code"]),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            category_codes=_several(row["category_codes"]),
            steps=row["steps"],
            price_ceiling_fen=_whole_number(row["price_ceiling_fen"]),
            min_years=int(row["min_years"]),
            is_binding=_flag(row["is_binding"]),
            legal_source=row["legal_source"],
            confirmed=_flag(row["confirmed"]),
            name_zh=row["name_zh"],
            name_en=row["name_en"],
        )
        for row in _rows("asset_standards.csv")
    )


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
