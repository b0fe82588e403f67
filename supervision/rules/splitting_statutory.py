"""化整为零（法定）: one unit, budget item, category and fiscal year, not by open tender, above the threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.categories import class_code, lies_below
from supervision.expressions import number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import orders_behind
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
    Evidence("total_fen", "fen", Words("本年度累计金额", "Total of the year")),
    Evidence("limit_fen", "fen", Words("公开招标数额标准", "Threshold of open tender")),
    Evidence("order_count", "count", Words("订单数", "Orders")),
)
_GROUP = ("unit_id", "project", "class_code", "year")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit, budget item, class of category (seven letters) and year with an order."""
    totals = (
        _lines(facts)
        .group_by(["region_code", *_GROUP])
        .aggregate(
            total_fen=lambda t: number(t.amount_fen.sum()),
            order_count=lambda t: number(t.order_id.nunique()),
            day=lambda t: number(t.submitted_day.max()),
        )
    )
    approved = facts.approval.filter(
        (facts.approval.kind == "split")
        & (facts.approval.from_day <= facts.on_day)
        & ((facts.approval.until_day == 0) | (facts.approval.until_day >= facts.on_day))
    )
    # An approval for a wider branch covers the classes below it.
    judged = lies_below(totals.mutate(category_code=totals.class_code), approved, by=("unit_id",), name="is_approved")
    judged = judged.mutate(limit_fen=values.by_region("limit_fen", judged.region_code))
    return sweep_rows(
        judged,
        subject=subject("unit", judged.unit_id, judged.project, judged.class_code, judged.year),
        outcome=outcome(
            not_applicable=judged.is_approved > 0,
            not_computable=judged.limit_fen <= 0,
            hit=(judged.total_fen >= judged.limit_fen) & (judged.order_count >= 2),
        ),
        amount_fen=judged.total_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The orders behind each total."""
    lines = _lines(facts)
    lines = lines.mutate(subject=subject("unit", lines.unit_id, lines.project, lines.class_code, lines.year))
    return orders_behind(lines)


def _lines(facts: Facts) -> ir.Table:
    lines = facts.order_line
    lines = lines.filter((lines.cancelled_day == 0) & (lines.submitted_day > 0) & (lines.mode != "open_tender"))
    return lines.mutate(class_code=class_code(lines.category_code))


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether this order brings the year's total to the threshold, which holds it, or near it, which is only said."""
    asked = ("year_total_fen", "year_order_count", "item_class_amount_fen", "split_is_approved")
    limit_fen = values["limit_fen"]
    if limit_fen <= 0 or any(given[name] is None for name in asked):
        return Verdict(NOT_COMPUTABLE)
    if given["split_is_approved"]:
        return Verdict(NOT_APPLICABLE)
    order_count = given["year_order_count"] + 1
    together_fen = given["year_total_fen"] + given["item_class_amount_fen"]
    facts = {"total_fen": together_fen, "limit_fen": limit_fen, "order_count": order_count}
    is_hit = order_count >= 2 and together_fen * 100 >= limit_fen * values["warn_percent"]
    action = "warn" if is_hit and together_fen < limit_fen else ""
    return Verdict(HIT if is_hit else CLEAR, amount_fen=together_fen, facts=facts, action=action)


RULE = Rule(
    id="splitting.statutory",
    version=2,
    name=Words("疑似化整为零（年度累计）", "Suspected splitting over the year"),
    family="splitting",
    stages=("order", "nightly"),
    severity=4,
    action="hold",
    subject="unit",
    formula=Words(
        "同一财政年度、同一单位、同一预算项目、同一品目（前七位），以公开招标以外方式采购累计达到公开招标数额标准，且不止一单；"
        "下单时达到标准的规定比例即提示，达到标准须说明理由",
        "Within one fiscal year one unit buys one category (first seven letters) under one budget item by other means"
        " than open tender, in more than one order, up to the threshold of open tender; at order time a share of it"
        " is warned of, and the threshold asks for a reason",
    ),
    accepted=Words("累计低于公开招标数额标准，或有预算调整、批准文件", "A total below the threshold, or an approval"),
    answer=Words("填写理由并附批准文件，或改用公开招标", "Give the reason with the approval, or use open tender"),
    source="《政府采购法实施条例》第二十八条",
    legal_basis="《政府采购法实施条例》第二十八条",
    parameters=(
        Parameter("limit_fen", 200_000_000, "fen", Words("公开招标数额标准", "Threshold of open tender"),
                  tightens="lower", regional_rule="open_tender.threshold", by_region=True,
                  source="河南省政府集中采购目录及标准（2020年版）"),
        Parameter("warn_percent", 80, "percent", Words("下单提示比例", "Share that is warned of"),
                  tightens="lower", lowest=50, highest=100, source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("预算调整或经批准的（批准表中的记录）", "Budget adjusted, or approved as recorded"),
                Words("只有一单的", "A single order")),
    tables=("order_line", "approval"),
    needs=("year_total_fen", "year_order_count", "item_class_amount_fen", "split_is_approved"),
    find=find,
    documents=documents,
    check=check,
)  # fmt: skip
