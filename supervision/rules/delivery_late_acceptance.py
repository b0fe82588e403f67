"""逾期验收: a unit that received goods does not accept them in time, and so does not have to pay yet."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values
from supervision.working_days import with_working_number

_EVIDENCE = (
    Evidence("received_day", "day", Words("收货日", "Received on")),
    Evidence("accepted_day", "day", Words("验收日", "Accepted on")),
    Evidence("waited_days", "working_days", Words("已用工作日", "Working days taken")),
    Evidence("allowed_days", "working_days", Words("验收时限", "Working days allowed")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per received order. What is not accepted yet is judged by today."""
    orders = facts.purchase_order
    orders = orders.filter(
        (orders.received_day > 0)
        & (orders.received_day <= facts.on_day)
        & (orders.received_day > facts.on_day - values["window_days"])
        & (orders.cancelled_day == 0)
    )
    orders = orders.filter(~((orders.accepted_day == 0) & (orders.refunded_day > 0)))
    orders = orders.mutate(
        until_day=ibis.ifelse(orders.accepted_day > 0, orders.accepted_day, literal(facts.on_day)),
        allowed_days=values.by_region("allowed_working_days", orders.region_code),
    )
    orders = with_working_number(facts, orders, "received_day", name="received_number")
    orders = with_working_number(facts, orders, "until_day", name="until_number")
    orders = orders.mutate(waited_days=orders.until_number - orders.received_number)
    return sweep_rows(
        orders,
        subject=subject("order", orders.order_id),
        outcome=outcome(
            not_computable=(orders.received_number <= 0) | (orders.until_number <= 0),
            hit=orders.waited_days > orders.allowed_days,
        ),
        document=orders.number,
        day=orders.received_day,
        amount_fen=orders.total_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="delivery.late_acceptance",
    version=1,
    name=Words("疑似逾期验收", "Suspected late acceptance"),
    family="delivery",
    stages=("nightly",),
    severity=2,
    action="warn",
    subject="order",
    formula=Words(
        "自收货日起超过规定工作日仍未验收，或验收时已超过规定工作日",
        "Not accepted within the working days after it was received, or accepted later than that",
    ),
    accepted=Words("在规定工作日以内验收", "Accepted within the working days"),
    answer=Words("尽快验收，或说明原因（安装调试、检测、退换货）",
                 "Accept soon, or say why not (installation, tests, exchange)"),
    source="参照陕西省网上商城管理办法：到货后7个工作日内验收；河南省时限待确认",
    parameters=(
        Parameter("allowed_working_days", 7, "working_days", Words("验收时限", "Working days for acceptance"),
                  tightens="lower", lowest=1, highest=60, regional_rule="acceptance.working_days", by_region=True),
        Parameter("window_days", 180, "days", Words("回看天数", "Days looked back on"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已取消的订单", "Cancelled orders"),
                Words("未验收即退款的订单", "Orders refunded before acceptance")),
    tables=("purchase_order", "calendar"),
    find=find,
)  # fmt: skip
