"""邀请固定化: a unit invites the same three although many could be invited."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.exact_ratios import ratio
from supervision.expressions import (
    count_over,
    inner_join,
    left_join,
    literal,
    number,
    outcome,
    rank,
    subject,
    sum_over,
    sweep_rows,
)
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("share_basis_points", "basis_points", Words("前三家占邀请次数", "Share of the three most invited")),
    Evidence("sourcing_count", "count", Words("项目数", "Quotations")),
    Evidence("invited_suppliers", "count", Words("曾被邀请的供应商数", "Suppliers ever invited")),
    Evidence("eligible_min", "count", Words("每次可邀请的供应商最少数", "Fewest that could have been invited")),
)
_GROUP = ["unit_id", "class_code"]
_TOP = 3


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit and class (five letters) with a quotation to which it invited a choice."""
    sourcing = facts.sourcing
    sourcing = sourcing.filter(
        (sourcing.opened_day > facts.on_day - values["window_days"]) & (sourcing.opened_day <= facts.on_day)
    )
    sourcing = sourcing.select(
        "sourcing_id", "unit_id", "region_code", "budget_fen", "eligible_suppliers", "opened_day",
        class_code=sourcing.category_code.substr(0, 5),
    )  # fmt: skip
    invitations = facts.invitation.select("sourcing_id", "supplier_id").distinct()
    invitations = invitations.mutate(invited=count_over(invitations, ["sourcing_id"]))
    invited = inner_join(sourcing, invitations, ["sourcing_id"])
    # Who invites everybody has not chosen.
    is_choice = (invited.eligible_suppliers == 0) | (invited.invited < invited.eligible_suppliers)
    invited = invited.filter(is_choice)
    enough = invited.filter(invited.eligible_suppliers >= values["eligible_min"])

    quotations = invited.group_by(["sourcing_id", "region_code", *_GROUP]).aggregate(
        amount_fen=lambda t: number(t.budget_fen.max()), day=lambda t: number(t.opened_day.max())
    )
    units = quotations.group_by(["region_code", *_GROUP]).aggregate(
        amount_fen=lambda t: number(t.amount_fen.sum()), day=lambda t: number(t.day.max())
    )
    suppliers = enough.group_by([*_GROUP, "supplier_id"]).aggregate(times=lambda t: number(t.count()))
    suppliers = suppliers.mutate(
        place=rank(suppliers, by=_GROUP, order=[suppliers.times.desc(), "supplier_id"]),
        all_times=sum_over(suppliers.times, suppliers, _GROUP),
    )
    shares = suppliers.group_by(_GROUP).aggregate(
        top_times=lambda t: number((t.place <= _TOP).ifelse(t.times, literal(0)).sum()),
        all_times=lambda t: number(t.all_times.max()),
        invited_suppliers=lambda t: number(t.count()),
        supplier_id=lambda t: number((t.place == 1).ifelse(t.supplier_id, literal(0)).max()),
    )
    counted = enough.group_by(_GROUP).aggregate(
        sourcing_count=lambda t: number(t.sourcing_id.nunique()),
        eligible_min=lambda t: number(t.eligible_suppliers.min()),
    )
    judged = left_join(left_join(units, shares, _GROUP), counted, _GROUP)
    judged = judged.mutate(share_basis_points=ratio(judged.top_times, judged.all_times, 10_000))
    share_percent = values.by_region("share_percent", judged.region_code)
    return sweep_rows(
        judged,
        subject=subject("unit", judged.unit_id, judged.class_code),
        outcome=outcome(
            not_computable=judged.sourcing_count < values["sourcing_min"],
            hit=judged.top_times * 100 > judged.all_times * share_percent,
        ),
        category_code=judged.class_code,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="competition.fixed_invitations",
    version=1,
    name=Words("邀请对象疑似固定", "Suspected fixed set of invited suppliers"),
    family="competition",
    stages=("monthly",),
    severity=2,
    action="case",
    subject="unit",
    formula=Words(
        "近一年同一单位、同一品类（品目前五位）6 个以上项目，每个项目可邀请的供应商不少于 8 家，"
        "而邀请次数最多的 3 家占全部邀请次数的 70% 以上",
        "Within a year a unit had at least 6 quotations of a class (five letters) with at least 8 suppliers that could"
        " be invited, and the three most invited have more than 70 % of all invitations",
    ),
    accepted=Words("轮换或随机邀请，或公开报价", "Invitations that rotate or are drawn, or open quotations"),
    answer=Words("说明确定邀请对象的方法", "Say how the suppliers to be invited are found"),
    source="采购监督通行做法",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=90, highest=730,
                  source="本系统设定，待确认"),
        Parameter("sourcing_min", 6, "count", Words("最少项目数", "Fewest quotations"), tightens="lower", lowest=4,
                  highest=50, source="本系统设定，待确认"),
        Parameter("eligible_min", 8, "count", Words("可邀请供应商最少数", "Fewest that can be invited"),
                  tightens="lower", lowest=5, highest=50, source="本系统设定，待确认"),
        Parameter("share_percent", 70, "percent", Words("前三家占比", "Share of the three"), tightens="lower",
                  lowest=50, highest=100, by_region=True, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("可邀请的供应商很少的项目", "Quotations for which few could be invited"),
                Words("全部邀请的项目", "Quotations to which all were invited")),
    tables=("sourcing", "invitation"),
    find=find,
)  # fmt: skip
