"""The compiled goods of the demo: tables by family, with their variants (colours, sizes, capacities) unfolded."""

import csv
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
FAMILIES = (
    "paper",
    "writing",
    "desk",
    "consumables",
    "computers",
    "printers",
    "peripherals",
    "network",
    "appliances",
    "furniture",
    "cleaning",
    "food",
    "medical",
    "teaching",
    "services",
)


@dataclass(frozen=True, kw_only=True)
class DemoProduct:
    """What a thing is, with the street price of one base unit in fen, tax included."""

    family: str
    category_code: str
    brand: str  # empty for services
    name: str
    model: str
    variant: str  # the words of the variant, such as 黑色; empty when there is only one
    unit: str
    pack_unit: str | None  # a larger unit in which some suppliers sell it
    pack_size: int  # base units in the larger unit; 1 when there is none
    price_fen: int
    specification: dict[str, str]
    is_green: bool
    popularity: int  # 1 rare to 9 bought by everybody
    warranty_months: int
    gtin: str | None  # services have none


@cache
def products() -> tuple[DemoProduct, ...]:
    """Every product of every family, in the order of the tables."""
    return tuple(product for family in FAMILIES for product in _family(family))


def fen(text: str) -> int:
    """Yuan as written in a table, at most two decimals, in fen."""
    amount = Decimal(text) * 100
    if amount != amount.to_integral_value():
        raise ValueError(f"more than two decimals: {text}")
    return int(amount)


def _family(family: str) -> list[DemoProduct]:
    with (FOLDER / f"{family}.csv").open(encoding="utf-8", newline="") as file:
        return [product for row in csv.DictReader(file) for product in _unfolded(row, family)]


def _unfolded(row: dict[str, str], family: str) -> list[DemoProduct]:
    """One product per variant; `颜色=黑色#BK@1.20;红色#RD` reads name=value#model suffix@price in yuan."""
    if not row["variants"]:
        return [_product(row, family, model=row["model"], attribute="", value="", price_fen=fen(row["price_yuan"]))]
    attribute, choices = row["variants"].split("=", 1)
    found = []
    for choice in choices.split(";"):
        words, _, price = choice.partition("@")
        value, _, suffix = words.partition("#")
        found.append(
            _product(
                row,
                family,
                model=f"{row['model']}-{suffix}",
                attribute=attribute,
                value=value,
                price_fen=fen(price or row["price_yuan"]),
            )
        )
    return found


def _product(
    row: dict[str, str], family: str, *, model: str, attribute: str, value: str, price_fen: int
) -> DemoProduct:
    naming = {"品牌": row["brand"], "型号": model} if row["brand"] else {"服务规格": model, "服务方式": "按约定"}
    specification = naming | dict(pair.split(":", 1) for pair in row["specification"].split(";"))
    if attribute:
        specification[attribute] = value
    pack_unit, _, pack_size = row["packs"].partition(":")
    return DemoProduct(
        family=family,
        category_code=row["category"],
        brand=row["brand"],
        name=row["name"],
        model=model,
        variant=value,
        unit=row["unit"],
        pack_unit=pack_unit or None,
        pack_size=int(pack_size or 1),
        price_fen=price_fen,
        specification=specification,
        is_green=row["green"] == "1",
        popularity=int(row["popularity"]),
        warranty_months=int(row["warranty_months"]),
        gtin=None if row["category"].startswith("C") else _gtin(f"{row['brand']}/{row['category']}/{model}"),
    )


def _gtin(text: str) -> str:
    """A GTIN-13 of the range 20, which GS1 keeps for numbers used inside one house: no real article has it."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % 10**10
    body = f"20{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"
