"""Evidence in words: each value as a person reads it, from how the rule says that it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mall.regions.watch_calendar import day_of_number
from mall.web.amounts import yuan
from supervision.rule import Evidence, Rule

_COUNTED = {
    "days": ("{} 天", "{} days"),
    "working_days": ("{} 个工作日", "{} working days"),
    "weeks": ("{} 周", "{} weeks"),
    "hours": ("{} 小时", "{} hours"),
    "minutes": ("{} 分钟", "{} minutes"),
    "count": ("{}", "{}"),
    "percent": ("{}%", "{}%"),
}
#: shown by name and link where a page can look them up; in a sentence their number says nothing
_NAMED = ("unit", "supplier", "product", "listing", "order", "region", "person")


def value_in_words(shown_as: str, value: Any, *, language: str) -> str:
    """One value: fen as yuan, basis points as per cent, day numbers as dates. `language`: zh or en."""
    if value is None or value == "":
        return "—"
    if shown_as == "fen":
        return yuan(int(value))
    if shown_as == "basis_points":
        whole, part = divmod(abs(int(value)), 100)
        sign = "-" if int(value) < 0 else ""
        return f"{sign}{whole}.{part:02d}".rstrip("0").rstrip(".") + "%"
    if shown_as == "day":
        return day_of_number(int(value)).isoformat() if int(value) else "—"
    if shown_as in _COUNTED:
        return _COUNTED[shown_as][language == "en"].format(value)
    if isinstance(value, (list, tuple)):
        return "、".join(map(str, value)) if language == "zh" else ", ".join(map(str, value))
    return str(value)


def plain_value(value: int, unit: str) -> str:
    """A value as people read it, the same in every language: fen as yuan, shares with a percent sign."""
    if unit == "fen":
        return yuan(value)
    if unit == "basis_points":
        sign, size = ("-" if value < 0 else ""), abs(value)
        return f"{sign}{size // 100}.{size % 100:02d}%"
    return f"{value}%" if unit == "percent" else f"{value:,}"


def sentence(rule: Rule, values: Mapping[str, Any], *, language: str) -> str:
    """The evidence as one sentence; things that only a page can name are left out. Empty where nothing is left."""
    shown = [
        f"{_word(one, language=language)} {value_in_words(one.shown_as, values[one.name], language=language)}"
        for one in rule.evidence
        if one.name in values and one.shown_as not in _NAMED
    ]
    if not shown:
        return ""
    return "，".join(shown) + "。" if language == "zh" else "; ".join(shown) + ". "


def _word(one: Evidence, *, language: str) -> str:
    return one.words.en if language == "en" else one.words.zh
