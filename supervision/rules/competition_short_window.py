"""时限过短: suppliers had too few working hours to quote."""

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
    Evidence("open_hours", "hours", Words("报价时间（工作小时）", "Working hours to quote")),
    Evidence("hours_min", "hours", Words("最短时间", "Fewest hours")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per quotation opened in the window."""
    sourcing = facts.sourcing
    sourcing = sourcing.filter(
        (sourcing.opened_day > facts.on_day - values["window_days"]) & (sourcing.opened_day <= facts.on_day)
    )
    sourcing = sourcing.mutate(
        class_code=sourcing.category_code.substr(0, 7), hours_min=values.by_region("hours_min", sourcing.region_code)
    )
    approved = facts.approval
    approved = approved.filter(
        (approved.kind == "urgent")
        & (approved.from_day <= facts.on_day)
        & ((approved.until_day == 0) | (approved.until_day >= facts.on_day))
    )
    approved = approved.select(unit_id=approved.unit_id, class_code=approved.category_code.substr(0, 7)).distinct()
    judged = left_join(sourcing, approved.mutate(approved=literal(1)), ("unit_id", "class_code"))
    return sweep_rows(
        judged,
        subject=subject("sourcing", judged.sourcing_number),
        outcome=outcome(
            not_applicable=judged.approved > 0,
            not_computable=judged.open_hours <= 0,
            hit=judged.open_hours < judged.hours_min,
        ),
        document=judged.sourcing_number,
        day=judged.opened_day,
        amount_fen=judged.budget_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the quotation that is opened leaves enough time."""
    open_hours, hours_min = given["open_hours"], values["hours_min"]
    if given["urgent_is_approved"]:
        return Verdict(NOT_APPLICABLE)
    if open_hours is None:
        return Verdict(NOT_COMPUTABLE)
    facts = {"open_hours": open_hours, "hours_min": hours_min}
    return Verdict(HIT if open_hours < hours_min else CLEAR, amount_fen=given["budget_fen"] or 0, facts=facts)


RULE = Rule(
    id="competition.short_window",
    version=1,
    name=Words("报价时限疑似过短", "Suspiciously short time to quote"),
    family="competition",
    stages=("quotes", "nightly"),
    severity=2,
    action="hold",
    subject="sourcing",
    formula=Words("从发布到截止不足 24 个工作小时", "Less than 24 working hours from opening to close"),
    accepted=Words("不少于规定的工作小时，或经批准的紧急采购",
                   "The working hours that are asked for, or approved urgency"),
    answer=Words("延长截止时间，或附紧急采购的批准文件", "Close later, or give the approval of urgency"),
    source="Open Contracting Partnership R003；时限为本系统设定，待确认",
    parameters=(
        Parameter("window_days", 90, "days", Words("回看天数", "Days looked back"), lowest=30, highest=1_500,
                  source="本系统设定，待确认"),
        Parameter("hours_min", 24, "hours", Words("最短工作小时", "Fewest working hours"), tightens="higher", lowest=4,
                  highest=240, by_region=True, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("经批准的紧急采购", "Approved urgency"),),
    tables=("sourcing", "approval"),
    needs=("open_hours", "urgent_is_approved", "budget_fen"),
    find=find,
    check=check,
)  # fmt: skip
