"""超用款计划额度: an order or a payment takes more than the fund-use plans up to its month have granted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervision.rule import CLEAR, HIT, NOT_APPLICABLE, NOT_COMPUTABLE, Evidence, Rule, Verdict, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("plan_granted_fen", "fen", Words("截至本月的用款计划额度", "Granted by plans up to this month")),
    Evidence("plan_used_fen", "fen", Words("已使用额度", "Used of it")),
    Evidence("plan_charged_fen", "fen", Words("本次使用额度", "Taken by this deed")),
)


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the plans granted so far bear this deed beside the earlier ones."""
    if given["needs_plan"] is None:
        return Verdict(NOT_COMPUTABLE)
    if not given["needs_plan"]:
        return Verdict(NOT_APPLICABLE)
    facts = {one.name: given[one.name] for one in _EVIDENCE}
    if None in facts.values():
        return Verdict(NOT_COMPUTABLE)
    beyond_fen = facts["plan_used_fen"] + facts["plan_charged_fen"] - facts["plan_granted_fen"]
    return Verdict(HIT if beyond_fen > 0 else CLEAR, amount_fen=max(beyond_fen, 0), facts=facts)


RULE = Rule(
    id="funds.over_month_plan",
    version=1,
    name=Words("超用款计划额度", "Beyond the plan of the month"),
    family="funds",
    stages=("order", "payment"),
    severity=3,
    action="hold",
    subject="budget_line",
    formula=Words(
        "同一预算指标：已使用额度加本次金额，大于年初至本月批复的用款计划额度",
        "On one budget line what was used and what this deed takes are together more than the fund-use plans from"
        " January up to this month have granted",
    ),
    accepted=Words("不超过截至本月的用款计划余额", "A deed within what the plans up to this month leave"),
    answer=Words("申请追加当月用款计划，或改到以后月份办理",
                 "Ask for more in this month's plan, or wait for a later month"),
    source="《中华人民共和国预算法》第五十七条；国库集中支付用款计划管理要求",
    legal_basis="《中华人民共和国预算法》第五十七条",
    evidence=_EVIDENCE,
    exclusions=(Words("不实行用款计划管理的资金", "Money that needs no fund-use plan"),),
    needs=("needs_plan", "plan_granted_fen", "plan_used_fen", "plan_charged_fen"),
    check=check,
)  # fmt: skip
