"""Which values a rule is judged by on a day: its defaults, the province's, and what lower divisions tightened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Select, func, or_, select

from mall.database import session
from mall.errors import Refusal
from mall.regions.region import Region, chain
from mall.regions.regional_rule import rule as regional_rule
from supervision.rule import Parameter, Rule
from supervision.rule_change import RuleParameter
from supervision.values import Values

#: the value of a parameter row without a name: what the rule is to do
MODE = ""
OFF, SHADOW, ON = 0, 1, 2
MODE_WORDS = {OFF: "off", SHADOW: "shadow", ON: "on"}

Rows = Mapping[tuple[str, int], RuleParameter]


def rows_in_force(rule_id: str, *, on: date) -> dict[tuple[str, int], RuleParameter]:
    """(parameter, region) -> the row that holds on this day."""
    query = _in_force(on).where(RuleParameter.rule_id == rule_id)
    return {(row.name, row.region_code): row for row in session().scalars(query)}


def all_rows_in_force(*, on: date) -> dict[str, dict[tuple[str, int], RuleParameter]]:
    """rule id -> the rows of every parameter that holds on this day, in one question."""
    found: dict[str, dict[tuple[str, int], RuleParameter]] = defaultdict(dict)
    for row in session().scalars(_in_force(on)):
        found[row.rule_id][row.name, row.region_code] = row
    return dict(found)


def _in_force(on: date) -> Select[tuple[RuleParameter]]:
    query = select(RuleParameter).where(
        RuleParameter.valid_from <= on, or_(RuleParameter.valid_to.is_(None), RuleParameter.valid_to >= on)
    )
    return query.order_by(RuleParameter.id)


def values_in_force(rule: Rule, *, on: date, rows: Rows | None = None) -> Values:
    """The values of every region, for a sweep: `here` is the province's, `elsewhere` what differs from it.

    `rows` stand in the place of those in force, such as a draft's among them.
    """
    rows = rows_in_force(rule.id, on=on) if rows is None else rows
    province = province_code()
    regions = list(session().scalars(select(Region.code).order_by(Region.code)))
    here = {one.name: _value(one, rows, region_code=province, on=on) for one in rule.parameters}
    elsewhere: dict[str, dict[int, int]] = defaultdict(dict)
    for one in rule.parameters:
        if not one.by_region or not (one.regional_rule or any(name == one.name for name, _ in rows)):
            continue
        for region_code in regions:
            value = _value(one, rows, region_code=region_code, on=on)
            if value != here[one.name]:
                elsewhere[one.name][region_code] = value
    return Values(here, dict(elsewhere))


def values_for(rule: Rule, *, region_code: int, on: date, rows: Rows | None = None) -> Values:
    """The values where a deed is done, for a check."""
    found = rows_in_force(rule.id, on=on) if rows is None else rows
    return Values({one.name: _value(one, found, region_code=region_code, on=on) for one in rule.parameters})


def mode_in_force(rule: Rule, *, region_code: int, on: date, rows: Rows | None = None) -> str:
    """off, shadow or on. Without a decision a rule with a legal basis is on and every other one runs in shadow.

    A division below the province may only do more than the province decided, never less.
    """
    found = rows_in_force(rule.id, on=on) if rows is None else rows
    value = ON if rule.legal_basis else SHADOW
    for depth, code in enumerate(reversed(chain(region_code))):
        row = found.get((MODE, code))
        if row is not None:
            value = row.value if depth == 0 else max(value, row.value)
    return MODE_WORDS[value]


def province_code() -> int:
    """The province this installation serves: the lowest code. Raises LookupError where no region is loaded."""
    found = session().scalar(select(func.min(Region.code)))
    if found is None:
        raise LookupError("no regions are loaded")
    return found


def _value(parameter: Parameter, rows: Rows, *, region_code: int, on: date) -> int:
    """Province first; each level below it may only tighten, and nobody leaves the bounds.

    What is a number of the law where it is judged is not loosened by the province either, only by another law.
    """
    upwards = chain(region_code)
    value = parameter.default
    if parameter.regional_rule:
        value = _law(parameter, region_code=region_code, on=on)
    lowest, highest = parameter.lowest, parameter.highest
    for depth, code in enumerate(reversed(upwards)):
        row = rows.get((parameter.name, code))
        if row is None or (depth and not (parameter.by_region and parameter.tightens)):
            continue
        if depth == 0:
            lowest = max(lowest, row.lowest) if row.lowest is not None else lowest
            highest = min(highest, row.highest) if row.highest is not None else highest
        is_free = depth == 0 and not (parameter.regional_rule and parameter.tightens)
        value = row.value if is_free else stricter_of(parameter, value, row.value)
    return min(max(value, lowest), highest)


def stricter_of(parameter: Parameter, one: int, other: int) -> int:
    """The stricter of two values of a parameter that has a direction."""
    return min(one, other) if parameter.tightens == "lower" else max(one, other)


def _law(parameter: Parameter, *, region_code: int, on: date) -> int:
    try:
        return regional_rule(parameter.regional_rule, region_code=region_code, on=on).value
    except Refusal:
        return parameter.default
