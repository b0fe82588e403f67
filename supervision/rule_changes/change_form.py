"""The form of a change: what was typed becomes a draft, and whatever cannot be read is named beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mall.errors import Refusal
from supervision.rule import Parameter, Rule
from supervision.rule_change import RuleChange

_WHOLE = re.compile(r"-?[0-9]{1,15}")
_CENTS = re.compile(r"(-?)([0-9]{1,13})(?:\.([0-9]{1,2}))?")
#: units that people type with two decimals; they are kept in hundredths
_IN_HUNDREDTHS = ("fen", "basis_points")


@dataclass(frozen=True)
class TypedChange:
    """What the form said, ready for the use-case; `faulty`: the fields that could not be read."""

    body: dict[str, Any]
    faulty: list[str] = field(default_factory=list)


def read_change_form(rule: Rule, typed: Mapping[str, str]) -> TypedChange:
    """An empty field leaves its parameter as it is."""
    values: dict[str, int] = {}
    bounds: dict[str, tuple[int, int]] = {}
    faulty: list[str] = []
    for parameter in rule.parameters:
        value = _read(parameter, typed.get(f"value-{parameter.name}", ""), f"value-{parameter.name}", faulty)
        if value is not None:
            values[parameter.name] = value
        lowest = _read(parameter, typed.get(f"lowest-{parameter.name}", ""), f"lowest-{parameter.name}", faulty)
        highest = _read(parameter, typed.get(f"highest-{parameter.name}", ""), f"highest-{parameter.name}", faulty)
        if lowest is not None and highest is not None:
            bounds[parameter.name] = (lowest, highest)
        elif lowest is not None or highest is not None:
            # One bound alone would leave open what the other one is to be.
            faulty.append(f"{'lowest' if lowest is None else 'highest'}-{parameter.name}")
    body = {
        "mode": typed.get("mode", ""),
        "values": values,
        "bounds": bounds,
        "legal_reference": typed.get("legal_reference", ""),
        "reason": typed.get("reason", ""),
    }
    try:
        body["valid_from"] = date.fromisoformat(typed.get("valid_from", "").strip())
    except ValueError:
        faulty.append("valid_from")
    return TypedChange(body, faulty)


def refuse_faulty(typed: TypedChange) -> None:
    """Raises Refusal("rule.not_read") where a field could not be read."""
    if typed.faulty:
        raise Refusal("rule.not_read", count=len(typed.faulty))


def number_typed(value: int, unit: str) -> str:
    """A value as one would type it into the form."""
    if unit in _IN_HUNDREDTHS:
        sign, size = ("-" if value < 0 else ""), abs(value)
        return f"{sign}{size // 100}.{size % 100:02d}"
    return str(value)


def as_typed(change: RuleChange, parameters: Iterable[Parameter]) -> dict[str, str]:
    """A draft as its form would hold it."""
    typed = {
        "mode": change.mode if change.is_mode_set else "",
        "valid_from": change.valid_from.isoformat(),
        "legal_reference": change.legal_reference,
        "reason": change.reason,
    }
    for one in parameters:
        if one.name in change.values:
            typed[f"value-{one.name}"] = number_typed(change.values[one.name], one.unit)
        if one.name in change.bounds:
            lowest, highest = change.bounds[one.name]
            typed[f"lowest-{one.name}"] = number_typed(lowest, one.unit)
            typed[f"highest-{one.name}"] = number_typed(highest, one.unit)
    return typed


def _read(parameter: Parameter, typed: str, name: str, faulty: list[str]) -> int | None:
    text = typed.strip().replace(",", "").replace("，", "").removeprefix("¥").removesuffix("%").strip()
    if not text:
        return None
    if parameter.unit in _IN_HUNDREDTHS:
        found = _CENTS.fullmatch(text)
        if found is not None:
            size = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
            return -size if found[1] else size
    elif _WHOLE.fullmatch(text):
        return int(text)
    faulty.append(name)
    return None
