"""逾期交货: goods that come later than promised, and whether the supplier does so unusually often."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, quantile_by, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values
from supervision.working_days import with_working_number

_EVIDENCE = (
    Evidence("promised_day", "day", Words("约定交货日", "Promised for")),
    Evidence("received_day", "day", Words("收货日", "Received on")),
    Evidence("late_days", "working_days", Words("逾期工作日", "Working days late")),
    Evidence("supplier_late_count", "count", Words("该供应商逾期订单数", "Late orders of the supplier")),
    Evidence("supplier_order_count", "count", Words("该供应商订单数", "Orders of the supplier")),
    Evidence("supplier_rate", "basis_points", Words("该供应商逾期率", "Rate of the supplier")),
    Evidence("rate_fence", "basis_points", Words("同行逾期率上界", "Fence of the other suppliers' rates")),
    Evidence("supplier_is_outlier", "count", Words("逾期率异常（1为是）", "Rate beyond the fence (1: yes)")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per approved order. What has not come yet is judged by today.

    `supplier_is_outlier` says that the hit belongs to a supplier whose rate is beyond the fence: that, and not a
    single late order, deserves a case.
    """
    orders = _orders(facts, values)
    known = orders.filter(orders.is_known == 1)
    suppliers = known.group_by("supplier_id").aggregate(
        supplier_order_count=number(known.order_id.count()), supplier_late_count=number(known.is_late.sum())
    )
    suppliers = suppliers.mutate(
        everybody=literal(1),
        supplier_rate=whole(suppliers.supplier_late_count * 10_000, ibis.greatest(suppliers.supplier_order_count, 1)),
    )
    compared = suppliers.filter(suppliers.supplier_order_count >= values["minimum_orders"])
    for percent, name in ((25, "quartile_1"), (75, "quartile_3")):
        quartile = quantile_by(
            compared, "supplier_rate", by=("everybody",), percent=percent, name=name, unique="supplier_id"
        )
        suppliers = left_join(suppliers, quartile, ("everybody",))
    # The third quartile and one and a half times the distance between the quartiles.
    suppliers = suppliers.mutate(fence_twice=suppliers.quartile_3 * 5 - suppliers.quartile_1 * 3)
    is_outlier = (
        (suppliers.supplier_order_count >= values["minimum_orders"])
        & (suppliers.quartile_3_count >= values["minimum_suppliers"])
        & (suppliers.supplier_late_count >= values["minimum_late_orders"])
        & (suppliers.supplier_rate * 2 >= suppliers.fence_twice)
    )
    suppliers = suppliers.mutate(
        rate_fence=whole(suppliers.fence_twice, 2), supplier_is_outlier=ibis.ifelse(is_outlier, literal(1), literal(0))
    )
    suppliers = suppliers.select(
        "supplier_id", "supplier_order_count", "supplier_late_count", "supplier_rate", "rate_fence",
        "supplier_is_outlier",
    )  # fmt: skip
    judged = left_join(orders, suppliers, ("supplier_id",))
    return sweep_rows(
        judged,
        subject=subject("order", judged.order_id),
        outcome=outcome(not_computable=judged.is_known == 0, hit=judged.is_late == 1),
        document=judged.number,
        day=judged.promised_day,
        amount_fen=judged.total_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def _orders(facts: Facts, values: Values) -> ir.Table:
    orders = recently_placed(facts, facts.purchase_order, days=values["window_days"])
    orders = orders.filter(orders.approved_day > 0)
    orders = orders.mutate(
        until_day=ibis.ifelse(orders.received_day > 0, orders.received_day, literal(facts.on_day)),
        allowed_days=values.by_region("late_working_days", orders.region_code),
    )
    orders = with_working_number(facts, orders, "promised_day", name="promised_number")
    orders = with_working_number(facts, orders, "until_day", name="until_number")
    is_known = (orders.promised_day > 0) & (orders.promised_number > 0) & (orders.until_number > 0)
    orders = orders.mutate(
        is_known=ibis.ifelse(is_known, literal(1), literal(0)),
        late_days=ibis.ifelse(
            is_known, ibis.greatest(orders.until_number - orders.promised_number, literal(0)), literal(0)
        ),
    )
    return orders.mutate(is_late=ibis.ifelse(orders.late_days > orders.allowed_days, literal(1), literal(0)))


RULE = Rule(
    id="delivery.late",
    version=1,
    name=Words("疑似逾期交货", "Suspected late delivery"),
    family="delivery",
    stages=("nightly",),
    severity=2,
    action="warn",
    subject="order",
    formula=Words(
        "收货日（未收货的按今日）晚于约定交货日超过规定工作日；同时给出该供应商逾期率，订单数足够且逾期率达到同行上四分位数加一点五倍"
        "四分位距的标为异常",
        "Received (or, if not yet, today) more than so many working days after the promised day; the supplier's rate of"
        " late orders is shown, and marked where it reaches the third quartile of the suppliers and one and a half"
        " times their interquartile range",
    ),
    accepted=Words("在约定交货日后规定工作日以内收货", "Received within so many working days of the promised day"),
    answer=Words("说明逾期原因并附双方同意延期的记录", "Say why, with the agreement of both to deliver later"),
    source="合同约定；天数与比率为本系统设定，待确认",
    parameters=(
        Parameter("late_working_days", 3, "working_days", Words("允许逾期工作日", "Working days let pass"),
                  tightens="lower", highest=30, by_region=True, source="本系统设定，待确认"),
        Parameter("minimum_orders", 20, "count", Words("比率所需最少订单数", "Fewest orders for a rate"),
                  lowest=5, highest=1000, source="本系统设定，待确认"),
        Parameter("minimum_suppliers", 4, "count", Words("比较所需最少供应商数", "Fewest suppliers to compare"),
                  lowest=4, highest=1000, source="本系统设定，待确认"),
        Parameter("minimum_late_orders", 3, "count", Words("异常所需最少逾期订单数", "Fewest late orders"),
                  lowest=1, highest=1000, source="本系统设定，待确认"),
        Parameter("window_days", 180, "days", Words("回看天数", "Days looked back on"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已取消的订单", "Cancelled orders"), Words("尚未审批通过的订单", "Orders not yet approved")),
    tables=("purchase_order", "calendar"),
    find=find,
)  # fmt: skip
