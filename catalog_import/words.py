"""The words suppliers use for units, regions, brands and packs, and what the mall calls them."""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mall.reference import read_reference

PROVINCE_CODE = 410000

#: Units that measure what is inside a pack and are never counted one by one on an order.
CONTENT_UNITS = frozenset({"张", "页", "枚", "抽", "片", "米", "升", "千克", "克", "毫升", "厘米"})

_WHOLE_PROVINCE = ("全省", "全部", "河南", "河南全省", "省内", "全省配送", "不限")
_REGION_SEPARATORS = re.compile(r"[、,，;；|/\s]+")
_PACK_STEP = re.compile(r"(?<![0-9.])([0-9]{1,6})\s*([^\s0-9/,，;；*×x每]{1,3})\s*/\s*([^\s0-9/,，;；)）*×x+]{1,3})")
_BRAND_TWICE = re.compile(r"^(.+?)\s*[(（](.+?)[)）]\s*$")
_KEY_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Words:
    """Lookup tables by normalised word: units, divisions, brands."""

    units: Mapping[str, str]
    regions: Mapping[str, int]
    brands: Mapping[str, str]


@functools.cache
def known_words() -> Words:
    """The words of the shipped reference data and of brands.csv."""
    units: dict[str, str] = {}
    for unit in read_reference.units_of_measure():
        for word in (unit.name_zh, unit.code, *unit.aliases):
            units.setdefault(fold(word), unit.name_zh)
    return Words(units=units, regions=_region_words(), brands=_brand_words())


def fold(text: str) -> str:
    """A word for comparison: NFKC, lower case, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def unit_of(text: str) -> str | None:
    """The mall's name of a unit, or None."""
    return known_words().units.get(fold(text))


def parse_regions(text: str) -> tuple[tuple[int, ...], bool]:
    """(codes, whether every word was known) for "郑州市、开封市" or "410100 410200"."""
    codes: set[int] = set()
    complete = True
    for word in _REGION_SEPARATORS.split(fold(text)):
        if not word:
            continue
        code = known_words().regions.get(word)
        if code is None:
            complete = False
        else:
            codes.add(code)
    if PROVINCE_CODE in codes:
        codes = {PROVINCE_CODE}
    return tuple(sorted(codes)), complete


def parse_pack(text: str, *, unit: str) -> tuple[str, int]:
    """(base unit, base units per unit) for a unit and a text such as "500张/包 5包/箱".

    Steps down from the selling unit while the smaller unit is one that is counted: a 箱 of that
    paper is 5 包, and a 包 stays a 包, because nobody orders sheets.
    """
    steps: dict[str, tuple[int, str]] = {}
    for count, smaller, larger in _PACK_STEP.findall(unicodedata.normalize("NFKC", text)):
        small, large = unit_of(smaller) or smaller, unit_of(larger) or larger
        if int(count) > 0 and small != large:
            steps.setdefault(large, (int(count), small))
    size, base = 1, unit
    while base in steps and steps[base][1] not in CONTENT_UNITS and size * steps[base][0] <= 100_000:
        count, smaller = steps.pop(base)
        size, base = size * count, smaller
    return base, size


def brand_key(text: str) -> str:
    """A brand for comparison: 得力(deli), deli and 得力 are one."""
    return _brand_key(text)


@functools.lru_cache(maxsize=20_000)
def _brand_key(text: str) -> str:
    folded = fold(text)
    brands = known_words().brands
    twice = _BRAND_TWICE.match(folded)
    for part in (folded, *(twice.groups() if twice else ())):
        name = brands.get(_KEY_NOISE.sub("", part))
        if name:
            return name
    return _KEY_NOISE.sub("", twice.group(1) if twice else folded)


def brand_in_name(name: str) -> str:
    """The brand a name begins with, "得力(deli)三联文件框" -> "得力"; empty when it is none we know."""
    folded = fold(name)
    twice = re.match(r"^([^()\s]{1,12})\s*\(([^()]{1,20})\)", folded)
    candidates = list(twice.groups()) if twice else []
    candidates += [folded[:length] for length in (5, 4, 3, 2)]
    first_word = folded.split(" ", 1)[0]
    brands = known_words().brands
    for candidate in (*candidates, first_word):
        found = brands.get(_KEY_NOISE.sub("", candidate))
        # A Latin brand must end where the word ends: "mi" is not the brand of "mirror".
        if found and (not candidate.isascii() or candidate in (first_word, *(twice.groups() if twice else ()))):
            return found
    return ""


def _region_words() -> dict[str, int]:
    words: dict[str, int] = {}
    ambiguous: set[str] = set()
    for region in read_reference.regions():
        full = fold(region.name)
        short = re.sub(r"(城乡一体化示范区|高新技术产业开发区|经济技术开发区|市|县|区)$", "", full)
        for word in {full, short} - {""}:
            if word in words and words[word] != region.code and region.level == "county":
                ambiguous.add(word)
            words.setdefault(word, region.code)
        words[str(region.code)] = region.code
    for word in ambiguous:
        # 新华区 stands in two cities; a city's own name wins over a county's.
        if words[word] % 100:
            del words[word]
    for word in _WHOLE_PROVINCE:
        words[word] = PROVINCE_CODE
    return words


def _brand_words() -> dict[str, str]:
    brands: dict[str, str] = {}
    with (Path(__file__).parent / "brands.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            for word in (line["name"], *line["other_names"].split("|")):
                brands.setdefault(_KEY_NOISE.sub("", fold(word)), line["name"])
    return brands
