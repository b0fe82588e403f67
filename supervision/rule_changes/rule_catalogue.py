"""What regulators see of the rules: each with its mode and standing here, its precision, and how its last run went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from mall.database import session
from mall.regions.region import chain
from supervision.rule import Parameter, Rule
from supervision.rule_change import RuleParameter
from supervision.rule_changes.draft import bounds_of, may_be_set_below
from supervision.rule_precision import Precision, Precisions, precisions, standing_of
from supervision.rule_run import RuleRun
from supervision.rule_shelf import rules
from supervision.values_in_force import Rows, all_rows_in_force, mode_in_force, province_code, rows_in_force, values_for

RUNS_SHOWN = 30


@dataclass(frozen=True)
class RuleLine:
    """One rule of the catalogue. `standing`: what a finding of it can do here; `last_run` None: it never swept."""

    rule: Rule
    mode: str
    standing: str
    precision: Precision
    last_run: RuleRun | None


@dataclass(frozen=True)
class ParameterLine:
    """One parameter where it is looked at from: the value here, the one given from above, the bounds, the past.

    `above` is None at the province. `rows`: of this division and those above it, newest first.
    """

    parameter: Parameter
    here: int
    above: int | None
    lowest: int
    highest: int
    is_open: bool
    rows: list[RuleParameter]


def catalogue(*, region_code: int, on: date) -> list[RuleLine]:
    """Every rule of the shelf, by family and id."""
    known, runs, rows = precisions(), last_runs(), all_rows_in_force(on=on)
    return [
        rule_line(rule, region_code=region_code, on=on, known=known, runs=runs, rows=rows.get(rule.id, {}))
        for rule in rules().values()
    ]


def rule_line(
    rule: Rule, *, region_code: int, on: date, known: Precisions, runs: dict[str, RuleRun], rows: Rows | None = None
) -> RuleLine:
    """One rule, seen from one division."""
    mode = mode_in_force(rule, region_code=region_code, on=on, rows=rows)
    precision = known.of(rule.id, version=rule.version)
    return RuleLine(rule, mode, standing_of(rule, mode, precision), precision, runs.get(rule.id))


def last_runs() -> dict[str, RuleRun]:
    """The last run of every rule that ever swept."""
    newest = select(func.max(RuleRun.id)).group_by(RuleRun.rule_id)
    return {run.rule_id: run for run in session().scalars(select(RuleRun).where(RuleRun.id.in_(newest)))}


def runs_of(rule_id: str) -> list[RuleRun]:
    """The last runs of a rule, newest first."""
    query = select(RuleRun).where(RuleRun.rule_id == rule_id).order_by(RuleRun.id.desc()).limit(RUNS_SHOWN)
    return list(session().scalars(query))


def parameter_lines(rule: Rule, *, region_code: int, on: date) -> list[ParameterLine]:
    """Every parameter of a rule with its values and its history, seen from one division."""
    rows = rows_in_force(rule.id, on=on)
    upwards = chain(region_code)
    here = values_for(rule, region_code=region_code, on=on, rows=rows)
    above = values_for(
        rule, region_code=region_code, on=on, rows={key: row for key, row in rows.items() if key[1] in upwards[1:]}
    )
    past = _past(rule.id, upwards)
    is_province = region_code == province_code()
    found = []
    for one in rule.parameters:
        lowest, highest = bounds_of(one, rows)
        found.append(
            ParameterLine(
                one, here[one.name], None if is_province else above[one.name], lowest, highest,
                is_open=is_province or may_be_set_below(one), rows=past.get(one.name, []),
            )
        )  # fmt: skip
    return found


def mode_rows(rule_id: str, *, region_code: int) -> list[RuleParameter]:
    """The dated modes of a rule here and above, newest first."""
    return _past(rule_id, chain(region_code)).get("", [])


def _past(rule_id: str, region_codes: tuple[int, ...]) -> dict[str, list[RuleParameter]]:
    query = (
        select(RuleParameter)
        .where(RuleParameter.rule_id == rule_id, RuleParameter.region_code.in_(region_codes))
        .order_by(RuleParameter.valid_from.desc(), RuleParameter.id.desc())
    )
    found: dict[str, list[RuleParameter]] = {}
    for row in session().scalars(query):
        found.setdefault(row.name, []).append(row)
    return found
