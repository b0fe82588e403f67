"""A finding judged again from what is stored: whether anybody touched it since, and whether the rule still says so."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from mall.database import session
from supervision.finding import Finding, FindingEvaluation
from supervision.keep_findings import hash_of_inputs
from supervision.rule import Rule
from supervision.rule_changes.replay_checks import given_to
from supervision.values import Values


@dataclass(frozen=True)
class Replayed:
    """One evaluation with the digest that was kept and the one that its stored inputs give today."""

    evaluation: FindingEvaluation
    computed: str

    @property
    def agrees(self) -> bool:
        return self.computed == self.evaluation.input_hash


def replay_evaluations(finding: Finding) -> list[Replayed]:
    """Every evaluation of a finding, newest first, digested again."""
    query = select(FindingEvaluation).where(FindingEvaluation.finding_id == finding.id)
    found = session().scalars(query.order_by(FindingEvaluation.id.desc()))
    return [Replayed(one, _digest(finding, one)) for one in found]


def replay_finding(finding: Finding) -> bool:
    """Whether the finding's own row gives the digest that it carries."""
    return _digest(finding, finding) == finding.input_hash


def judge_again(finding: Finding, rule: Rule | None) -> str:
    """The outcome of the rule's check on the facts and parameters that the finding keeps.

    "" where that cannot be done: the rule is a sweep, has another version today, or the facts were not kept.
    """
    if rule is None or rule.check is None or rule.version != finding.rule_version:
        return ""
    given = given_to(finding)
    if not set(rule.needs) <= given.keys() or not {one.name for one in rule.parameters} <= finding.parameters.keys():
        return ""
    return rule.check(given, Values(finding.parameters)).outcome


def _digest(finding: Finding, made_of: Finding | FindingEvaluation) -> str:
    return hash_of_inputs(
        finding.rule_id,
        version=made_of.rule_version,
        subject=finding.subject,
        amount_fen=made_of.amount_fen,
        evidence=made_of.evidence,
        documents=made_of.documents,
        parameters=made_of.parameters,
    )
