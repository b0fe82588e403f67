"""达限额未采购: what a unit paid in a year for one branch of categories without procurement reaches the limit."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal, number, outcome, running_sum, subject, sweep_rows
from supervision.facts import Facts
from supervision.outside_payments import lacks_order, outside_payments
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

#: later than any day
_NEVER = 10**9
_EVIDENCE = (
    Evidence("limit_fen", "fen", Words("采购限额标准", "Limit of procurement")),
    Evidence("payment_count", "count", Words("支出笔数", "Payments")),
    Evidence("reached_day", "day", Words("累计达到限额的日期", "Day on which the total reached the limit")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit, branch of categories (five letters) and year with such payments."""
    paid = _unprocured(facts, values)
    paid = paid.mutate(
        limit_fen=values.by_region("limit_fen", paid.region_code),
        running_fen=running_sum(paid, "amount_fen", by=("unit_id", "branch_code", "year"), order=("day", "payment_id")),
    )
    reached = ibis.ifelse(paid.running_fen >= paid.limit_fen, paid.day, literal(_NEVER))
    totals = (
        paid.mutate(reached=reached)
        .group_by(["unit_id", "branch_code", "year"])
        .aggregate(
            region_code=lambda t: number(t.region_code.max()),
            limit_fen=lambda t: number(t.limit_fen.min()),
            amount_fen=lambda t: number(t.amount_fen.sum()),
            payment_count=lambda t: number(t.count()),
            day=lambda t: number(t.day.max()),
            reached=lambda t: number(t.reached.min()),
        )
    )
    return sweep_rows(
        totals,
        subject=subject("unit", totals.unit_id, totals.branch_code, totals.year),
        outcome=outcome(not_computable=totals.limit_fen <= 0, hit=totals.amount_fen >= totals.limit_fen),
        category_code=totals.branch_code,
        reached_day=ibis.ifelse(totals.reached < _NEVER, totals.reached, literal(0)),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The payments behind each total."""
    paid = _unprocured(facts, values)
    return paid.select(
        subject=subject("unit", paid.unit_id, paid.branch_code, paid.year),
        document=paid.voucher,
        day=paid.day,
        amount_fen=paid.amount_fen,
    )


def _unprocured(facts: Facts, values: Values) -> ir.Table:
    """What was paid beside the mall for known categories of goods and services, with no order or other procurement."""
    paid = outside_payments(facts, from_day=facts.on_day - values["look_back_days"])
    paid = paid.filter(
        (paid.category_code != "")
        & (paid.confidence >= values["least_confidence"])
        & (paid.is_recurring == 0)
        & (paid.is_procured_elsewhere == 0)
        & (paid.category_code.substr(0, 1) != "B")
        & lacks_order(paid)
    )
    return paid.mutate(branch_code=paid.category_code.substr(0, 5))


RULE = Rule(
    id="funds.limit_without_procurement",
    version=1,
    name=Words("疑似达到限额标准未采购", "Suspected spending over the limit without procurement"),
    family="funds",
    stages=("nightly",),
    severity=4,
    action="case",
    subject="unit",
    formula=Words(
        "同一财政年度、同一单位、同一品目（前五位），没有订单和其他采购程序的货物、服务支出逐笔累计，达到分散采购限额标准",
        "Within one fiscal year the running total of what one unit paid for one branch of categories (first five"
        " letters) of goods or services, with neither order nor other procurement, reaches the limit of decentralised"
        " procurement",
    ),
    accepted=Words("累计低于限额标准，或每笔支出有订单、采购合同",
                   "A total below the limit, or an order or contract behind each payment"),
    answer=Words("逐笔补充订单或采购合同，或说明支出性质",
                 "Name the order or contract of each payment, or say what it was"),
    source="《政府采购法》第二条、第八条",
    legal_basis="《政府采购法》第二条",
    parameters=(
        Parameter("limit_fen", 100_000_000, "fen", Words("分散采购限额标准", "Limit of decentralised procurement"),
                  tightens="lower", regional_rule="direct_purchase.year_limit", by_region=True,
                  source="河南省政府集中采购目录及标准（2020年版）"),
        Parameter("least_confidence", 60, "percent", Words("品目判断的最低把握", "Least confidence of the category"),
                  lowest=50, highest=100, source=UNCONFIRMED),
        Parameter("look_back_days", 730, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("工资、水电、房租等经常性支出", "Recurring dues such as wages, utilities and rent"),
                Words("财政部门已认可其他采购方式说明的", "Explained as another procurement, and accepted by finance"),
                Words("工程类支出，适用工程限额", "Works, which have a limit of their own"),
                Words("品目判断把握不足的", "Category not surely known")),
    tables=("payment", "purchase_order"),
    find=find,
    documents=documents,
)  # fmt: skip
