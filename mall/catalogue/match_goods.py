"""Whether two descriptions are of the same goods: a confidence with the evidence for and against; knows no database.

The points are our own choice, set so that the table of pairs in the tests comes out as a buyer would say:

- brand, model and category equal, and nothing against it, is the same thing, however the names are worded;
- one attribute that decides (a colour, a capacity) is worth a question, two of them are another thing;
- an equal valid GTIN carries a pair alone, a conflicting one lets no pair through, and another base unit
  neither: prices could not be compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from stdnum import ean

from mall.catalogue.category_attributes import attributes_of
from mall.reference.read_reference import generic_models

#: how alike the codes of two categories must begin to be neighbours
_NEIGHBOUR_LENGTH = 7
_MODEL_LENGTH_MIN = 3
#: most that any pair reaches whose base units, or valid GTINs, differ
_CAPS = {"unit.differs": 20, "gtin.differs": 40}

_BRAND = {"equal": 22, "differs": -60}
_MODEL = {"equal": 52, "in_name": 42, "shortened": 18, "differs": -55}
_CATEGORY = {"equal": 12, "near": -10, "differs": -40}
_GTIN = {"equal": 75, "other_pack": 30, "differs": -70}
_DECIDING_POINTS, _DECIDING_MOST = -32, -70
_OTHER_POINTS, _OTHER_MOST = -3, -9
_EQUAL_POINTS, _EQUAL_MOST = 3, 9
_NUMBERS_POINTS = -30
_NAME_MOST_BESIDE_MODELS, _NAME_MOST_BESIDE_ONE_MODEL, _NAME_MOST_ALONE = 10, 40, 60

#: attributes in which different goods of one model differ
DECIDING = frozenset({
    "颜色", "容量", "内存", "硬盘", "处理器", "显卡", "页数", "打印量", "张数", "电压", "功率", "匹数", "克重", "规格",
    "幅面", "尺寸", "屏幕尺寸", "显示器", "厚度", "长度", "笔尖", "保密等级", "能效", "版本", "口径", "层数", "端口",
})  # fmt: skip
_SAME_ATTRIBUTE = {
    "色": "颜色", "颜色分类": "颜色", "色彩": "颜色", "定量": "克重", "cpu": "处理器", "存储": "硬盘",
    "硬盘容量": "硬盘", "内存容量": "内存", "屏幕": "屏幕尺寸", "打印页数": "打印量", "能效等级": "能效", "匹": "匹数",
    "额定电压": "电压", "额定功率": "功率", "纸张规格": "规格", "笔尖粗细": "笔尖", "线径": "笔尖",
}  # fmt: skip
#: said elsewhere already, or no property of the thing
_NO_ATTRIBUTES = frozenset({
    "品牌", "型号", "商品名称", "名称", "产地", "条码", "质保", "包装", "单位", "适用", "证书编号", "节能环保证书",
    "节能环保证书有效期",
})  # fmt: skip

_NOISE = re.compile(r"[\s\-_/·,，。;；:：()\[\]【】]+")
_SEAM = re.compile(r"[\s\-_/·,，;；:：()\[\]【】]")
_COLOURS = (
    "蓝黑", "墨蓝", "天蓝", "深蓝", "浅蓝", "宝蓝", "藏青", "玫红", "粉红", "大红", "品红", "深灰", "浅灰", "银灰",
    "红", "黑", "蓝", "绿", "黄", "白", "灰", "紫", "粉", "橙", "棕", "银", "金", "青",
)  # fmt: skip
_COLOUR_IN_NAME = re.compile(
    rf"(?:({'|'.join(_COLOURS)})色)|(?:[(\[【]({'|'.join(_COLOURS)})[)\]】])|(?:[\s\-]({'|'.join(_COLOURS)})$)"
)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(千克|公斤|毫升|毫米|厘米|英寸|[a-z\"″]+|[\u4e00-\u9fff])?")
#: unit -> (what is measured, how many of its smallest unit)
_UNITS = {
    "g": ("g", 1), "克": ("g", 1), "kg": ("g", 1000), "千克": ("g", 1000), "公斤": ("g", 1000),
    "ml": ("ml", 1), "毫升": ("ml", 1), "l": ("ml", 1000), "升": ("ml", 1000),
    "mm": ("mm", 1), "毫米": ("mm", 1), "cm": ("mm", 10), "厘米": ("mm", 10), "m": ("mm", 1000), "米": ("mm", 1000),
    "gb": ("gb", 1), "tb": ("gb", 1024), "t": ("gb", 1024), "英寸": ("inch", 1), "寸": ("inch", 1), '"': ("inch", 1),
    "″": ("inch", 1), "v": ("v", 1), "伏": ("v", 1), "w": ("w", 1), "瓦": ("w", 1), "kw": ("w", 1000),
    "页": ("page", 1), "匹": ("hp", 1), "层": ("tier", 1), "线": ("line", 1), "口": ("port", 1), "孔": ("hole", 1),
}  # fmt: skip
_FORMAT = re.compile(r"(?<![a-z0-9])([ab][0-9])(?![a-z0-9])")
_NUMBERED = re.compile(r"[a-z0-9.]*\d[a-z0-9.]*")


@dataclass(frozen=True)
class Goods:
    """One description. `brand` is a brand's one spelling (得力(deli) is 得力), the rest is as the supplier wrote it."""

    name: str
    brand: str = ""
    model: str = ""
    gtin: str | None = None
    category_code: str = ""
    specification: Mapping[str, str] = field(default_factory=dict)
    base_unit: str = ""
    pack_size: int = 1


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for (`points` > 0) or against it, or that is only noted (0); `facts` are shown with it."""

    code: str
    points: int
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """How sure it is, 0 to 100, and why: the weightiest first."""

    confidence: int
    evidence: tuple[Evidence, ...]


def match_goods(listed: Goods, candidate: Goods) -> Match:
    """Hold a listing against a product."""
    found = [
        *_gtin(listed, candidate),
        *_brand(listed, candidate),
        *_model(listed, candidate),
        *_category(listed, candidate),
        *_attributes(listed, candidate),
        *_name(listed, candidate),
        *_packs(listed, candidate),
    ]
    total = max(0, min(100, sum(one.points for one in found)))
    confidence = min([total, *(_CAPS[one.code] for one in found if one.code in _CAPS)])
    return Match(confidence, tuple(sorted(found, key=lambda one: -abs(one.points))))


def decide(confidence: int, *, same_from: int, ask_from: int) -> str:
    """ "same", "ask" or "different"."""
    return "same" if confidence >= same_from else "ask" if confidence >= ask_from else "different"


def model_key(text: str) -> str:
    """A model for comparison: full width, case, blanks, hyphens and the like do not count."""
    return _NOISE.sub("", _fold(text))


@cache
def generic_model_keys() -> frozenset[str]:
    """The keys of what is written for a model and names nothing; `mall/reference/generic_models.csv` lists them."""
    return frozenset(model_key(model) for model in generic_models())


def telling_model_key(text: str) -> str:
    """The key of a model that tells goods apart; "" for none and for a word that half a shop bears (标准服务)."""
    key = model_key(text)
    return "" if key in generic_model_keys() else key


def keys_in_name(name: str) -> set[str]:
    """What in a name could be a model: runs of Latin letters and digits with a digit among them."""
    runs = re.findall(r"[a-z0-9][a-z0-9\-_/.+]*", _fold(name))
    return {key for run in runs if len(key := model_key(run)) >= _MODEL_LENGTH_MIN and re.search(r"\d", key)}


def shortened_models(model: str) -> set[str]:
    """The keys of what a careless writer leaves of a model: kfr35gw of KFR-35GW/NhGc1B."""
    folded = _fold(model)
    cuts = {match.start() for match in re.finditer(r"[/\s(]", folded)}
    return {key for cut in cuts if len(key := model_key(folded[:cut])) > _MODEL_LENGTH_MIN}


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _gtin(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    if not listed.gtin or not candidate.gtin:
        return
    facts = {"listed": listed.gtin, "candidate": candidate.gtin}
    if not (ean.is_valid(listed.gtin) and ean.is_valid(candidate.gtin)):
        yield Evidence("gtin.invalid", 0, facts)
    elif listed.gtin.zfill(14) == candidate.gtin.zfill(14):
        yield Evidence("gtin.equal", _GTIN["equal"], facts)
    elif listed.gtin.zfill(14)[1:13] == candidate.gtin.zfill(14)[1:13]:
        # The first of fourteen digits is the level of packing, the last one the check digit.
        yield Evidence("gtin.other_pack", _GTIN["other_pack"], facts)
    else:
        yield Evidence("gtin.differs", _GTIN["differs"], facts)


def _brand(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    one, other = model_key(listed.brand), model_key(candidate.brand)
    if not one or not other:
        yield Evidence("brand.missing", 0, {"listed": listed.brand, "candidate": candidate.brand})
    elif one == other:
        yield Evidence("brand.equal", _BRAND["equal"], {"listed": listed.brand})
    else:
        yield Evidence("brand.differs", _BRAND["differs"], {"listed": listed.brand, "candidate": candidate.brand})


def _model(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    one, other = telling_model_key(listed.model), telling_model_key(candidate.model)
    facts = {"listed": listed.model, "candidate": candidate.model}
    if (model_key(listed.model), model_key(candidate.model)) != (one, other):
        yield Evidence("model.generic", 0, facts)
    if not one and not other:
        return
    if not one or not other:
        model, name = (other, listed.name) if not one else (one, candidate.name)
        if len(model) >= _MODEL_LENGTH_MIN and _stands_in(model, name):
            yield Evidence("model.in_name", _MODEL["in_name"], facts)
        else:
            yield Evidence("model.missing", 0, facts)
    elif one == other:
        yield Evidence("model.equal", _MODEL["equal"], facts)
    elif one in shortened_models(candidate.model) or other in shortened_models(listed.model):
        yield Evidence("model.shortened", _MODEL["shortened"], facts)
    else:
        yield Evidence("model.differs", _MODEL["differs"], facts)


def _stands_in(model: str, name: str) -> bool:
    """Whether the name says this model: not as the beginning or end of a longer one."""
    pattern = r"[\s\-_/·,]*".join(re.escape(sign) for sign in model)
    return re.search(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])", _fold(name)) is not None


def _category(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    one, other = listed.category_code, candidate.category_code
    if not one or not other:
        return
    facts = {"listed": one, "candidate": other}
    if one == other:
        yield Evidence("category.equal", _CATEGORY["equal"], facts)
    elif one[:_NEIGHBOUR_LENGTH] == other[:_NEIGHBOUR_LENGTH]:
        yield Evidence("category.near", _CATEGORY["near"], facts)
    else:
        yield Evidence("category.differs", _CATEGORY["differs"], facts)


def _attributes(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    """What both say of themselves, in their specifications or, of colours and measures, in their names."""
    one, other = _said(listed), _said(candidate)
    left = {"equal": _EQUAL_MOST, "deciding": _DECIDING_MOST, "other": _OTHER_MOST}
    for name in (name for name in one if name in other):
        facts = {"name": name, "listed": one[name], "candidate": other[name]}
        if values_agree(one[name], other[name]):
            code, kind, points = "attribute.equal", "equal", _EQUAL_POINTS
        elif name in DECIDING:
            code, kind, points = "attribute.differs", "deciding", _DECIDING_POINTS
        else:
            code, kind, points = "attribute.other_words", "other", _OTHER_POINTS
        given = min(points, left[kind], key=abs)
        left[kind] -= given
        yield Evidence(code, given, facts)
    if not {"克重", "容量", "长度", "页数", "屏幕尺寸", "功率", "规格"} & one.keys() & other.keys():
        yield from _measures(listed, candidate)


def _said(goods: Goods) -> dict[str, str]:
    """What a description says, by the attribute's one name."""
    aliases = {alias: known.name for known in attributes_of(goods.category_code) for alias in known.aliases}
    found: dict[str, str] = {}
    for written, value in goods.specification.items():
        name = _fold(written)
        name = aliases.get(written, _SAME_ATTRIBUTE.get(name, name))
        if name not in _NO_ATTRIBUTES and value and value.strip():
            found.setdefault(name, value.strip())
    colours = {next(part for part in match.groups() if part) for match in _COLOUR_IN_NAME.finditer(_fold(goods.name))}
    if "颜色" not in found and len(colours) == 1:
        found["颜色"] = colours.pop() + "色"
    return found


def values_agree(one: str, other: str) -> bool:
    """Whether two ways of writing an attribute can mean the same: 70g and 70克, 黑 and 黑色, 2升 and 2000ml."""
    first, second = (_NOISE.sub("", _fold(text).replace("、", "")) for text in (one, other))
    if first == second or not first or not second:
        return True
    numbers = _numbers(one), _numbers(other)
    if numbers[0] and numbers[1]:
        return _same_numbers(*numbers)
    return first.removesuffix("色") == second.removesuffix("色") or (
        min(len(first), len(second)) > 1 and (first in second or second in first)
    )


def _numbers(text: str) -> list[tuple[float, str]]:
    """(amount in the smallest unit, what is measured or ""), in order."""
    found = []
    for amount, unit in _NUMBER.findall(_fold(text)):
        kind, factor = _UNITS.get(unit, ("", 1))
        found.append((float(amount) * factor, kind))
    return found


def _same_numbers(one: list[tuple[float, str]], other: list[tuple[float, str]]) -> bool:
    """Every number of the shorter text stands in the longer one; a unit that only one of them writes is no matter."""
    shorter, longer = sorted((one, other), key=len)
    return all(any(amount == theirs and _may_be_one(kind, its) for theirs, its in longer) for amount, kind in shorter)


def _may_be_one(kind: str, other: str) -> bool:
    # A stick of 16G weighs more than 16 grams.
    return not kind or not other or kind == other or {kind, other} == {"g", "gb"}


def _measures(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    """Measures that both names give, each once, and that are not the same."""
    one, other = _measures_in(listed), _measures_in(candidate)
    for kind in (kind for kind in one if kind in other):
        if len(one[kind]) == len(other[kind]) == 1 and one[kind] != other[kind]:
            facts = {"name": "", "listed": listed.name, "candidate": candidate.name}
            yield Evidence("measure.differs", _DECIDING_POINTS, facts)
            return


def _measures_in(goods: Goods) -> dict[str, set[object]]:
    name = _without_model(goods)
    found: dict[str, set[object]] = {}
    for amount, kind in _numbers(name):
        if kind:
            found.setdefault(kind, set()).add(amount)
    for written in _FORMAT.findall(name):
        found.setdefault("format", set()).add(written)
    return found


def _without_model(goods: Goods) -> str:
    name = _fold(goods.name)
    for part in (_fold(goods.model), _fold(goods.brand)):
        if part:
            name = name.replace(part, " ")
    return name


def _name(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    """Names carry what models do not: all of it where there are none, a little beside equal ones."""
    share = _likeness(listed, candidate)
    models = sum(bool(telling_model_key(goods.model)) for goods in (listed, candidate))
    facts = {"listed": listed.name, "candidate": candidate.name, "percent": str(round(share * 100))}
    if models == 2:
        yield Evidence("name.like", round(share * _NAME_MOST_BESIDE_MODELS), facts)
        return
    most = _NAME_MOST_BESIDE_ONE_MODEL if models else _NAME_MOST_ALONE
    if any(one.code == "model.in_name" for one in _model(listed, candidate)):
        most = _NAME_MOST_BESIDE_MODELS
    yield Evidence("name.like", round(max(0.0, share - 0.5) * 2 * most), facts)
    numbers = [set(_NUMBERED.findall(_without_model(goods))) for goods in (listed, candidate)]
    if not models and numbers[0] and numbers[1] and not (numbers[0] <= numbers[1] or numbers[1] <= numbers[0]):
        yield Evidence("name.numbers_differ", _NUMBERS_POINTS, facts)


def _likeness(listed: Goods, candidate: Goods) -> float:
    """Dice's coefficient over pairs of neighbouring characters, 0 to 1; brand, model and signs are left out."""
    one, other = (_pairs(_NOISE.sub("", _without_model(goods))) for goods in (listed, candidate))
    if not one or not other:
        return 1.0 if one == other else 0.0
    return 2 * len(one & other) / (len(one) + len(other))


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)} or ({text} if text else set())


def _packs(listed: Goods, candidate: Goods) -> Iterable[Evidence]:
    facts = {"listed": listed.base_unit, "candidate": candidate.base_unit}
    if listed.base_unit and candidate.base_unit and listed.base_unit != candidate.base_unit:
        yield Evidence("unit.differs", 0, facts)
    elif listed.pack_size != candidate.pack_size:
        sizes = {"listed": str(listed.pack_size), "candidate": str(candidate.pack_size), "unit": listed.base_unit}
        yield Evidence("pack.differs", 0, sizes)
