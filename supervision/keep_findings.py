"""Keeping what a rule found: one row per rule and subject, every evaluation that said something new beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from mall import clock
from mall.database import session
from mall.documents.once import hash_of
from mall.regions.watch_calendar import day_of_number
from supervision.rule import SWEEP_COLUMNS, Rule

#: documents that are kept with a finding; a rule that needs more of them has a question for a page, not for a row
DOCUMENTS_MAX = 50


@dataclass(frozen=True)
class Found:
    """One hit as it is kept. `evidence`: the values of `Rule.evidence` by name; `standing`: what the rule could do."""

    subject: str
    standing: str
    region_code: int
    unit_id: int
    supplier_id: int
    category_code: str
    product_id: int
    document: str
    day: date
    amount_fen: int
    evidence: Mapping[str, Any]
    documents: Sequence[Mapping[str, Any]]
    parameters: Mapping[str, int]


def found_from(row: Mapping[str, Any], *, standing: str, documents: Sequence[Mapping[str, Any]],
               parameters: Mapping[str, int]) -> Found:  # fmt: skip
    """A sweep's row as it is kept."""
    columns = {name: row[name] for name in SWEEP_COLUMNS if name not in ("outcome", "day")}
    evidence = {name: value for name, value in row.items() if name not in SWEEP_COLUMNS}
    kept = [{name: value for name, value in one.items() if name != "subject"} for one in documents[:DOCUMENTS_MAX]]
    return Found(**columns, standing=standing, day=day_of_number(row["day"]), evidence=evidence, documents=kept,
                 parameters=dict(parameters))  # fmt: skip


def keep_findings(
    rule: Rule, found: Iterable[Found], *, stage: str, run_id: int | None, on: date, is_whole: bool
) -> int:
    """Write what was found, in the transaction under way. Returns how many were new.

    The same finding again only notes the day; what differs from the last evaluation is kept as another one. What
    people said of it under another version of the rule does not count for this one: it is open to review again. With
    `is_whole` whatever the rule found earlier and did not find now is gone from this day on.
    """
    writing = session()
    connection = writing.connection()
    connection.execute(_STAGING)
    connection.execute(text("truncate found_now"))
    with connection.connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for one in found:
            copy.write_row(_row(rule, one))
    shared = {"rule_id": rule.id, "rule_version": rule.version, "stage": stage, "severity": rule.severity,
              "run_id": run_id, "on": on, "at": clock.now()}  # fmt: skip
    new_count = connection.execute(_MERGE, shared).scalar_one()
    if is_whole:
        connection.execute(_GONE, shared)
    writing.info["wrote"] = True
    return int(new_count)


def input_hash(rule: Rule, one: Found) -> str:
    """Of everything the evaluation was made of."""
    return hash_of_inputs(
        rule.id, version=rule.version, subject=one.subject, amount_fen=one.amount_fen, evidence=one.evidence,
        documents=one.documents, parameters=one.parameters,
    )  # fmt: skip


def hash_of_inputs(
    rule_id: str, *, version: int, subject: str, amount_fen: int, evidence: Mapping[str, Any],
    documents: Sequence[Mapping[str, Any]], parameters: Mapping[str, int],
) -> str:  # fmt: skip
    """The same of what is stored, whichever version of the rule it was."""
    return hash_of({
        "rule": rule_id, "version": version, "subject": subject, "amount_fen": amount_fen,
        "evidence": dict(evidence), "documents": [dict(each) for each in documents], "parameters": dict(parameters),
    })  # fmt: skip


def _row(rule: Rule, one: Found) -> tuple[Any, ...]:
    return (
        one.subject, one.standing, one.region_code, one.unit_id or None, one.supplier_id or None, one.category_code,
        one.product_id or None, one.document, one.day, one.amount_fen, json.dumps(dict(one.evidence)),
        json.dumps([dict(each) for each in one.documents]), json.dumps(dict(one.parameters)), input_hash(rule, one),
    )  # fmt: skip


_NAMES = (
    "subject, standing, region_code, unit_id, supplier_id, category_code, product_id, document, day, amount_fen,"
    " evidence, documents, parameters, input_hash"
)
_COPY = f"copy found_now ({_NAMES}) from stdin"
_STAGING = text(
    "create temporary table if not exists found_now (subject text, standing text, region_code bigint, unit_id bigint,"
    " supplier_id bigint, category_code text, product_id bigint, document text, day date, amount_fen bigint,"
    " evidence jsonb, documents jsonb, parameters jsonb, input_hash text) on commit drop"
)
# One statement: what is new, what has other evidence, and what is as it was; evaluations of the first two.
_MERGE = text(f"""
with merged as (
    insert into finding (rule_id, rule_version, stage, severity, found_at, last_found_on, {_NAMES})
    select :rule_id, :rule_version, :stage, :severity, :at, :on, {_NAMES} from found_now
    on conflict (rule_id, subject) do update set
        rule_version = excluded.rule_version, stage = excluded.stage, severity = excluded.severity,
        standing = excluded.standing, region_code = excluded.region_code, unit_id = excluded.unit_id,
        supplier_id = excluded.supplier_id, category_code = excluded.category_code, product_id = excluded.product_id,
        document = excluded.document, day = excluded.day, amount_fen = excluded.amount_fen,
        evidence = excluded.evidence, documents = excluded.documents, parameters = excluded.parameters,
        input_hash = excluded.input_hash, last_found_on = excluded.last_found_on, gone_on = null,
        review_code = case when finding.rule_version = excluded.rule_version then finding.review_code else '' end,
        reviewed_at = case when finding.rule_version = excluded.rule_version then finding.reviewed_at end,
        reviewed_by_id = case when finding.rule_version = excluded.rule_version then finding.reviewed_by_id end
    returning id, subject, input_hash, (xmax = 0) as is_new),
told as (
    insert into finding_evaluation
        (finding_id, run_id, rule_version, amount_fen, evidence, documents, parameters, input_hash, at)
    select m.id, cast(:run_id as bigint), :rule_version, f.amount_fen, f.evidence, f.documents, f.parameters,
        f.input_hash, :at
    from merged m join found_now f on f.subject = m.subject
    where m.is_new or f.input_hash is distinct from
        (select e.input_hash from finding_evaluation e where e.finding_id = m.id order by e.id desc limit 1)
    returning 1)
select count(*) filter (where is_new) from merged
""")
_GONE = text(
    "update finding set gone_on = :on where rule_id = :rule_id and gone_on is null and last_found_on < :on"
    " and stage = :stage"
)
