"""指向性需求: a request that names a brand, or that only one product of its class meets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import left_join, literal, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import (
    CLEAR,
    HIT,
    NOT_APPLICABLE,
    NOT_COMPUTABLE,
    Evidence,
    Parameter,
    Rule,
    Verdict,
    Words,
)
from supervision.values import Values

_EVIDENCE = (
    Evidence("names_brand", "count", Words("是否指定品牌型号", "Whether a brand is named")),
    Evidence("matching_products", "count", Words("满足要求的商品数", "Products that meet it")),
    Evidence("class_products", "count", Words("该品类在架商品数", "Products of the class on the shelf")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per quotation opened in the window."""
    sourcing = facts.sourcing
    sourcing = sourcing.filter(
        (sourcing.opened_day > facts.on_day - values["window_days"]) & (sourcing.opened_day <= facts.on_day)
    )
    sourcing = sourcing.mutate(class_code=sourcing.category_code.substr(0, 7))
    approved = facts.approval
    approved = approved.filter(
        (approved.kind == "single_source")
        & (approved.from_day <= facts.on_day)
        & ((approved.until_day == 0) | (approved.until_day >= facts.on_day))
    )
    approved = approved.select(unit_id=approved.unit_id, class_code=approved.category_code.substr(0, 7)).distinct()
    judged = left_join(sourcing, approved.mutate(approved=literal(1)), ("unit_id", "class_code"))
    is_narrow = (judged.matching_products > 0) & (judged.matching_products <= values["matching_max"])
    is_class_known = judged.class_products >= values["class_products_min"]
    return sweep_rows(
        judged,
        subject=subject("sourcing", judged.sourcing_number),
        outcome=outcome(
            not_applicable=judged.approved > 0,
            not_computable=(judged.names_brand == 0) & (~is_class_known | (judged.matching_products == 0)),
            hit=(judged.names_brand > 0) | (is_narrow & is_class_known),
        ),
        document=judged.sourcing_number,
        day=judged.opened_day,
        amount_fen=judged.budget_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the request that is published points at one product."""
    names_brand, matching, of_class = given["names_brand"], given["matching_products"], given["class_products"]
    if given["single_source_is_approved"]:
        return Verdict(NOT_APPLICABLE)
    facts = {"names_brand": names_brand or 0, "matching_products": matching or 0, "class_products": of_class or 0}
    amount_fen = given["budget_fen"] or 0
    if names_brand:
        return Verdict(HIT, amount_fen=amount_fen, facts=facts)
    if names_brand is None or not matching or of_class is None or of_class < values["class_products_min"]:
        return Verdict(NOT_COMPUTABLE)
    return Verdict(HIT if matching <= values["matching_max"] else CLEAR, amount_fen=amount_fen, facts=facts)


RULE = Rule(
    id="competition.tailored_request",
    version=1,
    name=Words("采购需求疑似有指向性", "Suspected tailored request"),
    family="competition",
    stages=("quotes", "nightly"),
    severity=2,
    action="hold",
    subject="sourcing",
    formula=Words(
        "需求中指定品牌、型号而未写“或相当于”；或该品类在架商品不少于 10 种，而只有 1 种满足要求",
        "The text names a brand or model without an equal to it; or of at least 10 products of the class on the shelf"
        " only one meets the request",
    ),
    accepted=Words("按性能和用途描述的需求，有多种商品满足",
                   "A request by performance and use that several products meet"),
    answer=Words("改为性能描述或加注“或相当于”，或附单一来源、兼容配套的批准文件",
                 "Describe the performance, allow an equal product, or give the approval of a single source"),
    source="《政府采购法实施条例》第二十条",
    legal_basis="《政府采购法实施条例》第二十条",
    parameters=(
        Parameter("window_days", 90, "days", Words("回看天数", "Days looked back"), lowest=30, highest=1_500,
                  source="本系统设定，待确认"),
        Parameter("matching_max", 1, "count", Words("满足要求的商品数", "Products that meet it"), tightens="higher",
                  lowest=1, highest=5, source="本系统设定，待确认"),
        Parameter("class_products_min", 10, "count", Words("该品类最少商品数", "Fewest products of the class"),
                  tightens="lower", lowest=3, highest=100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("经批准的单一来源、兼容配套采购", "An approved single source or compatible part"),),
    tables=("sourcing", "approval"),
    needs=("names_brand", "matching_products", "class_products", "single_source_is_approved", "budget_fen"),
    find=find,
    check=check,
)  # fmt: skip
