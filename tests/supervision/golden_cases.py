"""Golden cases: small histories and deeds whose outcome is known, run on every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from supervision.engines.engine import Engine, Row, Swept
from supervision.facts import TABLES, Facts
from supervision.rule import Rule
from supervision.rule_shelf import rules
from supervision.values import Values, default_values

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: the day golden cases look back from unless they say another: 2026-11-29, a Sunday, the last day of week 2970
ON_DAY = 20_786


@dataclass(frozen=True)
class SweepCase:
    """A history and what a sweep must say of it.

    `name` begins with what it shows: hit, clear, boundary, exclusion, not_applicable, not_computable. `rows`: table
    -> rows that name only the columns that matter; keys are numbered, all else is 0 or "". `outcomes`: subject ->
    outcome of every subject. `evidence`: subject -> columns with the value they must have. `values`: parameters that
    differ from their defaults; `regional`: name -> {region code: value}.
    """

    name: str
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    outcomes: Mapping[str, str]
    evidence: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    documents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    regional: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    on_day: int = ON_DAY


@dataclass(frozen=True)
class CheckCase:
    """Facts of one deed and what a check must say of it. Facts that are not named are None.

    `action`: what a hit asks for where it is less than the rule's own action.
    """

    name: str
    given: Mapping[str, Any]
    outcome: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    amount_fen: int | None = None
    values: Mapping[str, int] = field(default_factory=dict)
    action: str = ""


def whole_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows with every column; the key (the table's first column) is numbered from 1 where it is not given.

    Raises KeyError for a column the table does not have.
    """
    columns = TABLES[table]
    key = next(iter(columns))
    found = []
    for index, row in enumerate(rows, start=1):
        unknown = set(row) - set(columns)
        if unknown:
            raise KeyError(f"{table} has no columns {sorted(unknown)}")
        empty: Row = {name: "" if kind == "string" else 0 for name, kind in columns.items()}
        found.append({**empty, key: index, **row})
    return found


def run_sweep_case(rule: Rule, case: SweepCase, engine: Engine) -> tuple[dict[str, str], Swept]:
    """Run the rule on the case's history. Returns the outcome of every subject, and the sweep as nights keep it."""
    assert rule.find is not None
    unread = set(case.rows) - set(rule.tables)
    if unread:
        raise KeyError(f"{rule.id} does not say that it reads {sorted(unread)}")
    for table in rule.tables:
        engine.fill(table, whole_rows(table, case.rows.get(table, ())))
    found, documents = _expressions(rule.id, case)
    outcomes: dict[str, str] = {}
    return outcomes, engine.sweep(found, documents, outcomes=outcomes)


_kept: dict[object, tuple[ir.Table, ir.Table | None]] = {}


def _expressions(rule_id: str, case: SweepCase) -> tuple[ir.Table, ir.Table | None]:
    """The rule's expressions; cases that are judged by the same values share them, and so their compilation."""
    regional = tuple((name, tuple(sorted(one.items()))) for name, one in sorted(case.regional.items()))
    key = (rule_id, tuple(sorted(case.values.items())), regional, case.on_day)
    if key not in _kept:
        rule = rules()[rule_id]
        assert rule.find is not None
        values = Values(default_values(rule, **case.values).here, case.regional)
        facts = Facts(case.on_day)
        documents = rule.documents(facts, values) if rule.documents is not None else None
        _kept[key] = (rule.find(facts, values), documents)
    return _kept[key]
