"""What is known of each rule: how often it was right, by reviews and outside measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from mall.database import session
from supervision.finding import Finding
from supervision.rule import Rule
from supervision.rule_precision import MILLION, precisions
from supervision.rule_shelf import rules
from supervision.seeing.ranks import share_bp


@dataclass(frozen=True)
class RuleEffect:
    """`lowest_bp`: the lower end of Wilson's 95 % interval. Findings are those open now, of any standing."""

    rule: Rule
    finding_count: int
    hit_count: int
    true_count: int
    precision_bp: int | None
    lowest_bp: int | None


def rule_effects() -> Sequence[RuleEffect]:
    """Every rule of the shelf, those that are known best first."""
    known = precisions()
    found = dict(
        session()
        .execute(
            select(Finding.rule_id, func.count())
            .where(Finding.gone_on.is_(None), Finding.review_code == "")
            .group_by(Finding.rule_id)
        )
        .all()
    )
    effects = []
    for rule in rules().values():
        precision = known.of(rule.id, version=rule.version)
        effects.append(
            RuleEffect(
                rule=rule,
                finding_count=found.get(rule.id, 0),
                hit_count=precision.hit_count,
                true_count=precision.true_count,
                precision_bp=share_bp(precision.true_count, precision.hit_count),
                lowest_bp=precision.lowest * 10_000 // MILLION if precision.hit_count else None,
            )
        )
    return sorted(effects, key=lambda one: (-one.hit_count, -one.finding_count, one.rule.id))
