"""Computing the digest of a finding's inputs again from what is stored: whether anybody touched it since."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from mall.database import session
from supervision.finding import Finding, FindingEvaluation
from supervision.keep_findings import hash_of_inputs


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
