"""反复流标转直购: quotations fail again and again, then the same is bought directly."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import inner_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("failed_count", "count", Words("此前失败次数", "Failed quotations before")),
    Evidence("last_failed_day", "day", Words("最近一次失败日期", "Last failed on")),
    Evidence("last_sourcing_number", "text", Words("其中编号最大的项目", "Number of one of them")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per direct order and class (seven letters) that follows a failed quotation of the unit within days."""
    tried = _tried(facts, values)
    by_order = tried.group_by(["order_id", "number", "unit_id", "region_code", "supplier_id", "class_code"]).aggregate(
        amount_fen=lambda t: number(t.amount_fen.max()),
        day=lambda t: number(t.submitted_day.max()),
        failed_count=lambda t: number((t.state == "failed").ifelse(literal(1), literal(0)).sum()),
        last_failed_day=lambda t: number((t.state == "failed").ifelse(t.closed_day, literal(0)).max()),
        awarded_day=lambda t: number((t.state == "awarded").ifelse(t.closed_day, literal(0)).max()),
        last_sourcing_number=lambda t: t.sourcing_number.max(),
    )
    judged = by_order.filter(by_order.last_failed_day >= by_order.day - values["order_within_days"])
    return sweep_rows(
        judged,
        subject=subject("order", judged.order_id, judged.class_code),
        outcome=outcome(
            not_applicable=judged.awarded_day >= judged.last_failed_day,
            not_computable=judged.class_code == "",
            hit=judged.failed_count >= values.by_region("failed_min", judged.region_code),
        ),
        category_code=judged.class_code,
        document=judged.number,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The failed quotations and the order."""
    tried = _tried(facts, values)
    tried = tried.mutate(subject=subject("order", tried.order_id, tried.class_code))
    failed = tried.filter(tried.state == "failed")
    failed = failed.select("subject", document="sourcing_number", day="closed_day", amount_fen="budget_fen")
    orders = tried.select("subject", document="number", day="submitted_day", amount_fen="amount_fen")
    return failed.union(orders).distinct()


def _tried(facts: Facts, values: Values) -> ir.Table:
    """Direct orders, each beside the unit's quotations of the class that closed in the days before it."""
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.filter(lines.mode == "direct_purchase")
    orders = (
        lines.mutate(class_code=lines.category_code.substr(0, 7))
        .group_by(["order_id", "number", "unit_id", "region_code", "supplier_id", "class_code", "submitted_day"])
        .aggregate(amount_fen=lambda t: number(t.amount_fen.sum()))
    )
    sourcing = facts.sourcing
    sourcing = sourcing.filter(sourcing.state.isin(("failed", "awarded")))
    sourcing = sourcing.select(
        "unit_id", "sourcing_number", "state", "closed_day", "budget_fen",
        class_code=sourcing.category_code.substr(0, 7),
    )  # fmt: skip
    pairs = inner_join(orders, sourcing, ["unit_id", "class_code"])
    elapsed_days = pairs.submitted_day - pairs.closed_day
    return pairs.filter(elapsed_days.between(0, values["failed_within_days"] - 1))


RULE = Rule(
    id="competition.failed_then_direct",
    version=1,
    name=Words("疑似反复流标后转直购", "Suspected failed quotations before a direct purchase"),
    family="competition",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="order",
    formula=Words(
        "同一单位、同一品目（前七位）90 天内比价或竞价失败 2 次以上，最近一次失败后 30 天内直接订购",
        "Two or more quotations of a unit for one category (seven letters) failed within 90 days, and within 30 days of"
        " the last one it bought directly",
    ),
    accepted=Words("失败后调整需求重新比价并成交", "A quotation that is repeated with a changed request and awarded"),
    answer=Words("说明失败原因和改为直购的理由，附审批记录",
                 "Say why they failed and why it was bought directly, with the approval"),
    source="采购监督通行做法",
    parameters=(
        Parameter("window_days", 60, "days", Words("订单回看天数", "Days of orders looked back"), lowest=7,
                  highest=1_500, source="本系统设定，待确认"),
        Parameter("failed_within_days", 90, "days", Words("失败次数统计天数", "Days in which failures count"),
                  tightens="higher", lowest=30, highest=365, source="本系统设定，待确认"),
        Parameter("order_within_days", 30, "days", Words("失败后多少天内直购", "Days from failure to order"),
                  tightens="higher", lowest=7, highest=180, source="本系统设定，待确认"),
        Parameter("failed_min", 2, "count", Words("最少失败次数", "Fewest failures"), tightens="lower", lowest=1,
                  highest=10, by_region=True, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("其后已有同品目项目成交的", "A later quotation of the category was awarded"),
                Words("已取消的订单", "Cancelled orders"),
                Words("通过比价、竞价成交的订单", "Orders out of quotations")),
    tables=("order_line", "sourcing"),
    find=find,
    documents=documents,
)  # fmt: skip
