"""用款计划应采未采: a line of a fund-use plan that should be procurement and is not marked so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import (
    CLEAR,
    HIT,
    NOT_APPLICABLE,
    NOT_COMPUTABLE,
    UNCONFIRMED,
    Evidence,
    Parameter,
    Rule,
    Verdict,
    Words,
)
from supervision.values import Values

_EVIDENCE = (
    Evidence("category_code", "category", Words("判断的品目", "Category as read")),
    Evidence("confidence", "percent", Words("品目判断把握", "Confidence of the category")),
    Evidence("is_in_catalogue", "count", Words("是否集中采购目录内", "In the catalogue")),
    Evidence("limit_fen", "fen", Words("采购限额标准", "Limit of procurement")),
)
_SWEPT = tuple(one for one in _EVIDENCE if one.name != "category_code")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per line of the plans of this year and the next."""
    lines = facts.plan_line
    lines = lines.filter((lines.day > facts.on_day - values["look_back_days"]) & (lines.day <= facts.on_day))
    lines = lines.mutate(limit_fen=values.by_region("limit_fen", lines.region_code))
    means_procurement = (lines.category_code != "") & (
        (lines.is_in_catalogue > 0) | ((lines.limit_fen > 0) & (lines.amount_fen >= lines.limit_fen))
    )
    return sweep_rows(
        lines,
        subject=subject("plan_line", lines.plan_line_id),
        outcome=outcome(
            not_applicable=(lines.is_procurement > 0) | (lines.is_reason_given > 0),
            not_computable=lines.confidence < values.by_region("least_confidence", lines.region_code),
            hit=means_procurement,
        ),
        document=lines.plan_number,
        evidence=[one.name for one in _SWEPT],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the line has to become procurement before the plan goes on."""
    asked = ("is_procurement", "is_reason_given", "category_code", "confidence", "is_in_catalogue", "amount_fen")
    if any(given[name] is None for name in asked):
        return Verdict(NOT_COMPUTABLE)
    if given["is_procurement"] or given["is_reason_given"]:
        return Verdict(NOT_APPLICABLE)
    if given["confidence"] < values["least_confidence"]:
        return Verdict(NOT_COMPUTABLE)
    limit_fen = values["limit_fen"]
    is_over_limit = 0 < limit_fen <= given["amount_fen"]
    is_hit = given["category_code"] != "" and (given["is_in_catalogue"] or is_over_limit)
    facts = {
        "limit_fen": limit_fen,
        **{name: given[name] for name in ("category_code", "confidence", "is_in_catalogue")},
    }
    return Verdict(HIT if is_hit else CLEAR, amount_fen=given["amount_fen"], facts=facts)


RULE = Rule(
    id="funds.plan_not_procurement",
    version=1,
    name=Words("用款计划疑似应采未采", "Plan line that should be procurement"),
    family="funds",
    stages=("plan", "nightly"),
    severity=3,
    action="hold",
    subject="plan",
    formula=Words(
        "用款计划明细未列为政府采购，但按用途和经济分类判断（把握达到规定值）属于集中采购目录内品目，或属于货物、服务且金额达到限额标准",
        "A line of a fund-use plan that is not marked as procurement, though its purpose and economic item surely mean"
        " a category of the catalogue, or goods or services over the limit",
    ),
    accepted=Words("转列为政府采购项目，或说明不需要采购的理由",
                   "The line marked as procurement, or a reason why it is none"),
    answer=Words("转为政府采购，或填写理由并附依据", "Make it procurement, or give the reason with its papers"),
    source="《政府采购法》第六条、第三十三条",
    legal_basis="《政府采购法》第六条",
    parameters=(
        Parameter("limit_fen", 100_000_000, "fen", Words("分散采购限额标准", "Limit of decentralised procurement"),
                  tightens="lower", regional_rule="direct_purchase.year_limit", by_region=True,
                  source="河南省政府集中采购目录及标准（2020年版）"),
        Parameter("least_confidence", 60, "percent", Words("品目判断的最低把握", "Least confidence of the category"),
                  tightens="lower", lowest=50, highest=100, regional_rule="plan.confidence_min", by_region=True,
                  source=UNCONFIRMED),
        Parameter("look_back_days", 400, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已列为政府采购的", "Marked as procurement"),
                Words("单位已说明理由的", "Reason given by the unit")),
    tables=("plan_line",),
    needs=("is_procurement", "is_reason_given", "category_code", "confidence", "is_in_catalogue", "amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
