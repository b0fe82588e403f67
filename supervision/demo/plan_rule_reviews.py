"""What reviewers of an earlier quarter are said to have found, and which rules two regulators switched on afterwards.

These numbers are invented. They stand for a quarter of reviews that a new demo cannot have behind it, so that a rule
may do in the demo what it could do in a mall that has been watched for a while; every row says "demo" as its source.
The precision that was really measured, on which data and by which command, comes from `benchmarks/` and is entered
beside them; none of this is ever written by anything but the demo's load.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "demo"


@dataclass(frozen=True)
class InventedReview:
    """Of so many findings so many were true."""

    rule_id: str
    hit_count: int
    true_count: int


#: three that were mostly right and may open cases; and two that were often wrong: remote counties pay freight, and
#: consumables are bought again and again. Those warn or inform, whatever they find.
REVIEWS = (
    InventedReview("competition.low_spread", 40, 36),
    InventedReview("competition.rotation", 34, 32),
    InventedReview("prices.dear_supplier", 52, 49),
    InventedReview("prices.live_median", 60, 14),
    InventedReview("splitting.below_comparison", 66, 42),
    InventedReview("splitting.near_limit", 58, 55),
)
#: what two people of the province switched on after that quarter
SWITCHED_ON = (
    "competition.low_spread",
    "competition.rotation",
    "prices.dear_supplier",
    "splitting.below_comparison",
    "splitting.near_limit",
)
MAKER, DECIDER = "regulator", "regulator2"
LEGAL_REFERENCE = "演示：采购监督规则试运行评估"
REASON = "演示：上季度复核结果达到要求，转为正式运行"
