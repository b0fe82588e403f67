"""What a change wishes of a rule, and what a draft may not wish: the one place where drafts are judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import select

from mall import clock
from mall.database import session
from mall.errors import Refusal
from mall.regions.region import Region, chain
from supervision.rule import Parameter, Rule
from supervision.rule_change import MODES, RuleParameter
from supervision.rule_shelf import rules
from supervision.show_evidence import plain_value
from supervision.values import Values
from supervision.values_in_force import (
    MODE,
    MODE_WORDS,
    Rows,
    mode_in_force,
    province_code,
    rows_in_force,
    stricter_of,
    values_for,
)

TEXT_LEAST, REASON_MAX, LEGAL_REFERENCE_MAX = 2, 1000, 300
#: a value of the table is a bigint; nothing that anybody means comes near
_VALUE_MOST = 10**15


@dataclass(frozen=True)
class Draft:
    """The wish: the rule's mode, values and bounds by the names of parameters, and from which day on.

    Parameters that are not named stay as they are, and so does the mode where it is "". To say a mode that already
    holds is a wish of its own where nobody ever decided it: some deeds of a rule wait for that decision.
    """

    mode: str
    valid_from: date
    legal_reference: str
    reason: str
    values: Mapping[str, int] = field(default_factory=dict)
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """A draft that may be: what of it differs from what holds, and the first day from which it may hold."""

    draft: Draft
    earliest: date
    is_mode_changed: bool


def rule_on_shelf(rule_id: str) -> Rule:
    """Raises Refusal("rule.unknown")."""
    found = rules().get(rule_id)
    if found is None:
        raise Refusal("rule.unknown", rule=rule_id[:60].replace("\x00", ""))
    return found


def judge_draft(rule: Rule, draft: Draft, *, region_code: int, is_moved: bool = False) -> Judged:
    """Hold a draft against the rule, the province's bounds and what holds on its first day.

    With `is_moved` a draft whose day has passed holds from the first day on that is possible; otherwise it is refused.

    Raises Refusal "rule.reason_needed", "rule.legal_reference_needed", "rule.unknown_mode",
    "rule.unknown_parameter", "rule.bounds_by_province", "rule.bad_bounds",
    "rule.province_only", "rule.outside_bounds", "rule.would_loosen",
    "rule.mode_would_loosen", "rule.nothing_changed", "rule.too_early", "rule.overtaken".
    """
    draft = _in_shape(rule, draft, is_province=region_code == province_code())
    on = max(draft.valid_from, clock.today())
    rows = rows_in_force(rule.id, on=on)
    present = values_for(rule, region_code=region_code, on=on, rows=rows)
    above = values_for(rule, region_code=region_code, on=on, rows=_without(rows, region_code=region_code))
    is_province = region_code == province_code()
    for name, value in draft.values.items():
        parameter = rule.parameter(name)
        _refuse_outside(parameter, value, bounds=bounds_of(parameter, rows, new=draft.bounds))
        _refuse_looser(parameter, value, above=above[name], is_province=is_province)
    for name in draft.bounds.keys() - draft.values.keys():
        # A bound cuts off what holds: the value then stands at the bound, and nobody must be surprised by it.
        _refuse_outside(
            rule.parameter(name), present[name], bounds=bounds_of(rule.parameter(name), rows, new=draft.bounds)
        )
    above_mode = mode_in_force(rule, region_code=region_code, on=on, rows=_without(rows, region_code=region_code))
    if draft.mode and not is_province and MODES.index(draft.mode) < MODES.index(above_mode):
        raise Refusal("rule.mode_would_loosen", mode=draft.mode, above=above_mode)
    kept = replace(
        draft,
        values={name: value for name, value in draft.values.items() if value != present[name]},
        bounds={name: pair for name, pair in draft.bounds.items() if pair != own_bounds(rule.parameter(name), rows)},
    )
    is_mode_changed = is_mode_new(rule, draft, region_code=region_code, rows=rows, on=on)
    if not (kept.values or kept.bounds or is_mode_changed):
        raise Refusal("rule.nothing_changed")
    earliest = _earliest(rule, kept, present=present, is_mode_changed=is_mode_changed)
    if is_moved:
        kept = replace(kept, valid_from=max(kept.valid_from, earliest))
    elif kept.valid_from < earliest:
        raise Refusal("rule.too_early", earliest=earliest.isoformat())
    _refuse_overtaken(rule, kept, region_code=region_code, is_mode_changed=is_mode_changed)
    return Judged(kept, earliest, is_mode_changed)


def bounds_of(parameter: Parameter, rows: Rows, *, new: Mapping[str, tuple[int, int]] | None = None) -> tuple[int, int]:
    """Within which a value must lie: the rule's own bounds, narrowed by the province's, or by `new` ones of hers."""
    lowest, highest = (new or {}).get(parameter.name) or own_bounds(parameter, rows)
    return max(lowest, parameter.lowest), min(highest, parameter.highest)


def own_bounds(parameter: Parameter, rows: Rows) -> tuple[int, int]:
    """The province's bounds; the rule's where she set none."""
    row = rows.get((parameter.name, province_code()))
    lowest = row.lowest if row is not None and row.lowest is not None else parameter.lowest
    highest = row.highest if row is not None and row.highest is not None else parameter.highest
    return lowest, highest


def is_mode_new(rule: Rule, draft: Draft, *, region_code: int, rows: Rows, on: date) -> bool:
    """Whether the draft's mode differs from the one that holds, or is the first that anybody decided."""
    if not draft.mode:
        return False
    is_decided = any((MODE, code) in rows for code in chain(region_code))
    return not is_decided or draft.mode != mode_in_force(rule, region_code=region_code, on=on, rows=rows)


def may_be_set_below(parameter: Parameter) -> bool:
    """Whether a division below the province may have a value of its own."""
    return parameter.by_region and bool(parameter.tightens)


def _in_shape(rule: Rule, draft: Draft, *, is_province: bool) -> Draft:
    legal_reference, reason = draft.legal_reference.strip(), draft.reason.strip()
    if not TEXT_LEAST <= len(legal_reference) <= LEGAL_REFERENCE_MAX:
        raise Refusal("rule.legal_reference_needed", most=LEGAL_REFERENCE_MAX)
    if not TEXT_LEAST <= len(reason) <= REASON_MAX:
        raise Refusal("rule.reason_needed", most=REASON_MAX)
    if draft.mode not in ("", *MODES):
        raise Refusal("rule.unknown_mode", modes=list(MODES))
    known = {parameter.name: parameter for parameter in rule.parameters}
    for name in (*draft.values, *draft.bounds):
        if name not in known:
            raise Refusal("rule.unknown_parameter", parameter=name[:60], rule=rule.id)
    if draft.bounds and not is_province:
        raise Refusal("rule.bounds_by_province")
    for name, (lowest, highest) in draft.bounds.items():
        if not known[name].lowest <= lowest <= highest <= known[name].highest:
            raise Refusal(
                "rule.bad_bounds",
                **_named(known[name]),
                **_span(known[name], known[name].lowest, known[name].highest),
            )
    for name in draft.values:
        if not is_province and not may_be_set_below(known[name]):
            raise Refusal("rule.province_only", **_named(known[name]))
    return replace(draft, legal_reference=legal_reference, reason=reason)


def _refuse_outside(parameter: Parameter, value: int, *, bounds: tuple[int, int]) -> None:
    lowest, highest = bounds
    if not lowest <= value <= highest or abs(value) > _VALUE_MOST:
        shown = plain_value(value, parameter.unit) if abs(value) <= _VALUE_MOST else ""
        raise Refusal("rule.outside_bounds", **_named(parameter), **_span(parameter, lowest, highest), value=shown)


def _refuse_looser(parameter: Parameter, value: int, *, above: int, is_province: bool) -> None:
    """A lower division against the ones above it; the province against the law, where the value is one of the law."""
    if is_province and not (parameter.regional_rule and parameter.tightens):
        return
    if stricter_of(parameter, value, above) != value:
        shown = {"value": plain_value(value, parameter.unit), "held": plain_value(above, parameter.unit)}
        raise Refusal("rule.would_loosen", **_named(parameter), **shown)


def _earliest(rule: Rule, kept: Draft, *, present: Values, is_mode_changed: bool) -> date:
    """The first day from which it may hold. What is stricter is known the day before; relief needs no notice.

    Whoever acts today is judged by what she could read this morning, so nothing becomes stricter within a day. Where
    nobody can say which way is stricter, it counts as stricter.
    """
    today = clock.today()
    is_stricter = bool(kept.bounds) or (is_mode_changed and kept.mode == "on")
    for name, value in kept.values.items():
        parameter = rule.parameter(name)
        is_stricter |= not parameter.tightens or stricter_of(parameter, value, present[name]) == value
    return today + timedelta(days=1) if is_stricter else today


def _refuse_overtaken(rule: Rule, kept: Draft, *, region_code: int, is_mode_changed: bool) -> None:
    """A row that begins later than this change was decided knowing of nothing in between: the change must follow it."""
    names = [*kept.values, *kept.bounds, *([MODE] if is_mode_changed else [])]
    query = select(RuleParameter.valid_from).where(
        RuleParameter.rule_id == rule.id,
        RuleParameter.region_code == region_code,
        RuleParameter.name.in_(names),
        RuleParameter.valid_from > kept.valid_from,
        RuleParameter.valid_to.is_(None),
    )
    later = session().scalars(query.order_by(RuleParameter.valid_from.desc())).first()
    if later is not None:
        raise Refusal("rule.overtaken", day=later.isoformat())


def rows_with(rule: Rule, draft: Draft, *, region_code: int, on: date) -> Rows:
    """The rows that would hold if this draft held on that day; its own rows are in no table."""
    rows = dict(rows_in_force(rule.id, on=on))
    for name, (value, lowest, highest) in wanted_rows(rule, draft, region_code=region_code, rows=rows, on=on).items():
        rows[name, region_code] = RuleParameter(
            rule_id=rule.id, name=name, region_code=region_code, valid_from=on, value=value, lowest=lowest,
            highest=highest,
        )  # fmt: skip
    return rows


def wanted_rows(
    rule: Rule, draft: Draft, *, region_code: int, rows: Rows, on: date
) -> dict[str, tuple[int, int | None, int | None]]:
    """name -> (value, lowest, highest) of the rows that a draft writes; the mode's has no name."""
    present = values_for(rule, region_code=region_code, on=on, rows=rows)
    found: dict[str, tuple[int, int | None, int | None]] = {}
    for name in sorted({*draft.values, *draft.bounds}):
        parameter, row = rule.parameter(name), rows.get((name, region_code))
        lowest, highest = (row.lowest, row.highest) if row is not None else (None, None)
        if name in draft.bounds:
            lowest, highest = draft.bounds[name]
        found[name] = (draft.values.get(name, _unchanged(parameter, row, present=present[name])), lowest, highest)
    if is_mode_new(rule, draft, region_code=region_code, rows=rows, on=on):
        found[MODE] = (next(value for value, word in MODE_WORDS.items() if word == draft.mode), None, None)
    return found


def _unchanged(parameter: Parameter, row: RuleParameter | None, *, present: int) -> int:
    """The value of a row that only sets bounds. Of a number of the law it must leave each place its own."""
    if row is not None:
        return row.value
    if parameter.regional_rule and parameter.tightens:
        return parameter.highest if parameter.tightens == "lower" else parameter.lowest
    return present


def level_of(region_code: int) -> str:
    """The level of a division. Raises Refusal("rule.unknown_region")."""
    region = session().get(Region, region_code) if abs(region_code) < 2**31 else None
    if region is None:
        raise Refusal("rule.unknown_region")
    return region.level


def _without(rows: Rows, *, region_code: int) -> Rows:
    """What a division is given from above. The bounds of the province are hers to set anew, and no gift to herself."""
    upwards = chain(region_code)[1:]
    return {key: row for key, row in rows.items() if key[1] in upwards}


def _named(parameter: Parameter) -> dict[str, str]:
    return {"name": parameter.name, "parameter_zh": parameter.words.zh, "parameter_en": parameter.words.en}


def _span(parameter: Parameter, lowest: int, highest: int) -> dict[str, str]:
    return {"lowest": plain_value(lowest, parameter.unit), "highest": plain_value(highest, parameter.unit)}
