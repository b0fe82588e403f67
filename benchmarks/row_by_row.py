"""The import's rules as a pydantic model, one row after the other: what the table of rules is measured against.

It judges the columns of the benchmark's file as `catalog_import.check_rows` does, and whoever measures asserts that
both find the same. Every word is looked up once and kept, as a careful author would write it. Like the table it makes
the keys by which goods are matched; it counts no warnings and reads no column that the file does not have.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from catalog_import import clean_text, words
from catalog_import.check_rows import PRICE_FEN_MAX, USUAL_TAX_RATES_BP
from catalog_import.clean_rows import _EMPTY_CELLS

_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_BREAKS = re.compile(r"\s+")
_FORMULA = re.compile(r"^[=+\-@\t\r＝＋－＠]")
_SCIENTIFIC_SKU = re.compile(r"^[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$")
_EXCEL_ERROR = re.compile(r"^#(?:REF|VALUE|DIV/0|NAME|NUM)[!?]")
_MONEY = re.compile(r"^(?:¥|￥|rmb|cny|人民币)?(.*?)(?:元整?|圆|rmb|cny)?(?:/([^/]*))?$", re.IGNORECASE)
_AMOUNT = re.compile(r"^(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]*))?$")
_STOCK = re.compile(r"^([0-9]{1,9})(?:\.0+)?$")
_RATE = re.compile(r"^([0-9]{1,2})(?:\.([0-9]{1,4})0*)?%?$")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_FOREIGN_IN_WORD = re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")

_KEY_NOISE = re.compile(r"[\s\-_/·,，。;；:：()\[\]【】]+")

_brand_key = functools.cache(words.brand_key)
_unit_of = functools.cache(words.unit_of)
_pack_of = functools.cache(lambda pack, unit: words.parse_pack(pack, unit=unit))
_specification = functools.cache(clean_text.specification_json)


def codes_of(cells: Mapping[str, str]) -> list[str]:
    """What is wrong enough to refuse a row, as sorted codes of `check_rows.RULES`."""
    try:
        Row.model_validate(cells)
    except ValidationError as error:
        return sorted({found["type"] for found in error.errors(include_url=False, include_input=False)})
    return []


def _tidy(value: Any, *, one_line: bool = True) -> str | None:
    text = _HIDDEN.sub("", value or "")
    if one_line:
        text = _BREAKS.sub(" ", text)
    text = text.strip()
    if text[:2] in ("'=", "'+", "'-", "'@"):
        text = text[1:]
    return None if text in _EMPTY_CELLS else text


def _number(value: Any) -> str | None:
    text = _tidy(value)
    return None if text is None else _tidy(_BREAKS.sub("", unicodedata.normalize("NFKC", text)))


def _sku(value: Any) -> str:
    text = _tidy(value)
    if text is None:
        raise PydanticCustomError("sku.missing", "sku")
    if len(text) > 64:
        raise PydanticCustomError("sku.too_long", "sku")
    if _SCIENTIFIC_SKU.match(text):
        raise PydanticCustomError("sku.scientific", "sku")
    if _FORMULA.match(text):
        raise PydanticCustomError("sku.formula", "sku")
    return text


def _name(value: Any) -> str:
    text = _tidy(value)
    if text is not None and "<" in text and clean_text.looks_like_html(text):
        text = clean_text.text_of_html(text)
    if not text:
        raise PydanticCustomError("name.missing", "name")
    if len(text) > 200:
        raise PydanticCustomError("name.too_long", "name")
    if _FORMULA.match(text):
        raise PydanticCustomError("name.formula", "name")
    if _EXCEL_ERROR.match(text):
        raise PydanticCustomError("name.excel_error", "name")
    if _FOREIGN_IN_WORD.search(text):
        raise PydanticCustomError("name.look_alike", "name")
    return text


def _brand(value: Any) -> str | None:
    text = _tidy(value)
    if text is None:
        return None
    if _FORMULA.match(text):
        raise PydanticCustomError("brand.formula", "brand")
    if len(text) > 80:
        raise PydanticCustomError("brand.too_long", "brand")
    if _FOREIGN.search(text) and _LATIN.search(text):
        raise PydanticCustomError("brand.look_alike", "brand")
    return text


def _model(value: Any) -> str | None:
    text = _tidy(value)
    if text is None:
        return None
    if _FORMULA.match(text):
        raise PydanticCustomError("model.formula", "model")
    if len(text) > 120:
        raise PydanticCustomError("model.too_long", "model")
    return text


def _price(value: Any) -> tuple[int, str | None]:
    text = _number(value)
    if text is None:
        raise PydanticCustomError("price.missing", "price")
    found = _MONEY.match(text)
    amount = _AMOUNT.match(found.group(1)) if found else None
    if amount is None or found is None:
        raise PydanticCustomError(_form_of(text), "price")
    fraction = amount.group(1) or ""
    if fraction[2:].strip("0"):
        raise PydanticCustomError("price.too_fine", "price")
    whole = found.group(1).split(".")[0].replace(",", "")
    if len(whole) > 13:
        raise PydanticCustomError("price.too_high", "price")
    fen = int(whole) * 100 + int(fraction[:2].ljust(2, "0"))
    if fen == 0:
        raise PydanticCustomError("price.zero", "price")
    if fen > PRICE_FEN_MAX:
        raise PydanticCustomError("price.too_high", "price")
    return fen, found.group(2)


def _form_of(text: str) -> Any:
    if re.search("面议|询价|电议|议价|待定|面谈", text):
        return "price.negotiable"
    if re.search(r"[0-9][万亿千wW]", text):
        return "price.ten_thousands"
    if re.match(r"^[0-9.,]+[A-Za-z]{3}$|^[$€£][0-9]", text):
        return "price.currency"
    if re.match(r"^[0-9.]+[eE][+\-]?[0-9]+$", text):
        return "price.scientific"
    if re.match(r"^[\-−–(]", text):
        return "price.negative"
    return "price.not_a_number"


def _unit(value: Any) -> str | None:
    text = _tidy(value)
    return None if text is None else _unit_of(text)


def _stock(value: Any) -> int | None:
    text = _number(value)
    found = None if text is None else _STOCK.match(text.replace(",", ""))
    return int(found.group(1)) if found else None


def _rate(value: Any) -> int | None:
    text = _number(value)
    found = None if text is None else _RATE.match(text)
    if found is None:
        return None
    rate = int(found.group(1)) * 100 + int((found.group(2) or "").ljust(2, "0")[:2])
    return rate if rate in USUAL_TAX_RATES_BP else None


def _gtin(value: Any) -> str | None:
    text = _tidy(value)
    if text is None:
        return None
    digits = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))
    if not digits.isascii() or not digits.isdigit():
        raise PydanticCustomError("gtin.not_digits", "gtin")
    if len(digits) not in (8, 12, 13, 14):
        raise PydanticCustomError("gtin.length", "gtin")
    padded = digits.zfill(14)
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(padded[:13]))
    if (10 - total % 10) % 10 != int(padded[13]):
        raise PydanticCustomError("gtin.check_digit", "gtin")
    return digits


def _specified(value: Any) -> str | None:
    text = _tidy(value, one_line=False)
    return None if text is None else _specification(text)


def _key(text: str) -> str:
    return _KEY_NOISE.sub("", unicodedata.normalize("NFKC", text).lower())


class Row(BaseModel):
    """One row of a supplier's file; the errors' types are the codes of the table."""

    sku: Annotated[str, BeforeValidator(_sku)] = ""
    name: Annotated[str, BeforeValidator(_name)] = ""
    category: Annotated[str | None, BeforeValidator(_tidy)] = None
    brand: Annotated[str | None, BeforeValidator(_brand)] = None
    model: Annotated[str | None, BeforeValidator(_model)] = None
    specification: Annotated[str | None, BeforeValidator(_specified)] = None
    unit: Annotated[str | None, BeforeValidator(_unit)] = None
    pack: Annotated[str | None, BeforeValidator(_tidy)] = None
    price: Annotated[tuple[int, str | None], BeforeValidator(_price)] = (0, None)
    stock: Annotated[int | None, BeforeValidator(_stock)] = None
    tax_rate: Annotated[int | None, BeforeValidator(_rate)] = None
    gtin: Annotated[str | None, BeforeValidator(_gtin)] = None
    base_unit: str | None = None
    pack_size: int = 1
    brand_key: str = ""
    model_key: str = ""
    name_key: str = ""

    @model_validator(mode="after")
    def _price_is_for_its_unit(self) -> Row:
        per_unit = _unit_of(self.price[1]) if self.price[1] else None
        if per_unit and self.unit and per_unit != self.unit:
            raise PydanticCustomError("price.unit_differs", "price")
        if self.unit and self.pack:
            self.base_unit, self.pack_size = _pack_of(self.pack, self.unit)
        self.brand_key = _brand_key(self.brand) if self.brand else ""
        self.model_key, self.name_key = _key(self.model or ""), _key(self.name)
        return self
