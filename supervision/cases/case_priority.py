"""What a case is worth a person's time: the money at stake and how surely something is wrong. All in integers.

priority = log10(fen at stake) x (1 - product over its rules of (1 - weight x precision)), in millionths.

- log10 is taken in hundredths, exactly: n has floor(100 log10 n) + 1 hundredths of digits, the length of n to the
  power of a hundred. A case whose money nobody can name counts as one yuan.
- The weight of a finding is by its severity: .8 for the breach of a statute, then .5, .2 and .05; the precision is
  the measured one of its rule, in the category where enough is known (supervision.rule_precision).
- Each rule speaks once, with its strongest finding: forty orders found by one rule are not forty independent witnesses.
- The money is that of the rule which sees most of it: two rules that look at the same orders look at the same money.
  Findings that only support a case lend it certainty, and no money.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from supervision.cases.watch_case import OPENING
from supervision.finding import Finding
from supervision.rule_precision import MILLION, Precisions

#: severity -> weight in millionths
WEIGHTS = {4: 800_000, 3: 500_000, 2: 200_000, 1: 50_000}
_LEAST_FEN = 100


@dataclass(frozen=True)
class Worth:
    """The money at stake, the gravest severity, and the priority in millionths."""

    amount_fen: int
    severity: int
    priority: int


def worth_of(findings: Iterable[Finding], *, known: Precisions) -> Worth:
    """What these findings of one case come to."""
    amounts: dict[str, int] = defaultdict(int)
    weights: dict[str, int] = defaultdict(int)
    severity = 1
    for finding in findings:
        if finding.standing in OPENING:
            amounts[finding.rule_id] += max(0, finding.amount_fen)
            severity = max(severity, finding.severity)
        precision = known.of(finding.rule_id, version=finding.rule_version, category_code=finding.category_code)
        weight = WEIGHTS[finding.severity] * precision.share // MILLION
        weights[finding.rule_id] = max(weights[finding.rule_id], weight)
    amount_fen = max(amounts.values(), default=0)
    return Worth(amount_fen, severity, priority(amount_fen, weights=weights.values()))


def priority(amount_fen: int, *, weights: Iterable[int]) -> int:
    """The priority in millionths from the money and the weights of its rules (in millionths, rounded down)."""
    doubt = MILLION
    for weight in weights:
        # Rounded up, so that the priority is rounded down.
        doubt = -(-doubt * (MILLION - weight) // MILLION)
    return log10_hundredths(max(amount_fen, _LEAST_FEN)) * (MILLION - doubt) // 100


def log10_hundredths(number: int) -> int:
    """floor(100 log10(number)) for a whole number from 1 on."""
    return len(str(number**100)) - 1
