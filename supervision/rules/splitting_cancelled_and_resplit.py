"""撤单重拆: a large order is cancelled, and small ones of the same class and sum come right after it."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.class_orders import class_orders
from supervision.expressions import left_join, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.outside_payments import is_alike
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("cancelled_fen", "fen", Words("撤销金额", "Cancelled")),
    Evidence("again_fen", "fen", Words("重新下单金额", "Ordered again")),
    Evidence("again_count", "count", Words("重新下单数", "Orders again")),
    Evidence("limit_fen", "fen", Words("直接采购限额", "Limit of direct purchase")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per cancelled direct purchase and class of category that had reached the limit."""
    cancelled = _cancelled(facts, values)
    again = (
        _pairs(facts, values)
        .group_by(["order_id", "class_code"])
        .aggregate(again_fen=lambda t: number(t.small_fen.sum()), again_count=lambda t: number(t.count()))
    )
    judged = left_join(cancelled, again, ("order_id", "class_code"))
    is_alike_sum = is_alike(judged.cancelled_fen, judged.again_fen, values["tolerance_basis_points"])
    return sweep_rows(
        judged,
        subject=subject("order", judged.order_id, judged.class_code),
        outcome=outcome(
            not_computable=judged.limit_fen <= 0, hit=(judged.again_count >= values["least_orders"]) & is_alike_sum
        ),
        category_code=judged.class_code,
        document=judged.number,
        day=judged.cancelled_day,
        amount_fen=judged.again_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The small orders that came after it."""
    pairs = _pairs(facts, values)
    return pairs.select(
        subject=subject("order", pairs.order_id, pairs.class_code),
        document=pairs.small_number,
        day=pairs.small_day,
        amount_fen=pairs.small_fen,
    )


def _orders(facts: Facts, values: Values) -> ir.Table:
    orders = class_orders(facts, mode="direct_purchase", from_day=facts.on_day - values["look_back_days"])
    return orders.mutate(limit_fen=values.by_region("limit_fen", orders.region_code))


def _cancelled(facts: Facts, values: Values) -> ir.Table:
    orders = _orders(facts, values)
    orders = orders.filter((orders.cancelled_day > 0) & (orders.cancelled_day <= facts.on_day))
    return orders.filter(orders.amount_fen >= orders.limit_fen).mutate(cancelled_fen=orders.amount_fen)


def _pairs(facts: Facts, values: Values) -> ir.Table:
    """Each cancelled order with the small ones of its unit and class in the days from its cancellation on."""
    cancelled, orders = _cancelled(facts, values), _orders(facts, values)
    small = orders.filter((orders.cancelled_day == 0) & (orders.amount_fen < orders.limit_fen))
    small = small.select(
        small_unit_id=small.unit_id,
        small_class_code=small.class_code,
        small_number=small.number,
        small_day=small.submitted_day,
        small_fen=small.amount_fen,
    )
    pairs = cancelled.join(
        small, [cancelled.unit_id == small.small_unit_id, cancelled.class_code == small.small_class_code]
    )
    return pairs.filter(
        (pairs.small_day >= pairs.cancelled_day) & (pairs.small_day <= pairs.cancelled_day + values["days"])
    )


RULE = Rule(
    id="splitting.cancelled_and_resplit",
    version=1,
    name=Words("疑似撤单后重新拆分", "Suspected split after a cancellation"),
    family="splitting",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="order",
    formula=Words(
        "达到直接采购限额的订单被取消后规定天数内，同一单位同一品目（前七位）又下不少于规定单数、每单低于限额的订单，"
        "合计与取消金额相近",
        "Within the set days after a direct purchase that had reached the limit was cancelled, the unit places at least"
        " the set number of orders of that class, each below the limit and together of like amount",
    ),
    accepted=Words("重新以一单办理，或改用比价", "One order again, or a comparison"),
    answer=Words("说明取消和分次下单的原因", "Say why it was cancelled and ordered in parts"),
    source="《政府采购法实施条例》第二十八条（类推，待确认）",
    parameters=(
        Parameter("limit_fen", 5_000_000, "fen",
                  Words("直接采购限额（超过须比价）", "Limit of direct purchase without comparison"),
                  tightens="lower", by_region=True, source=UNCONFIRMED),
        Parameter("days", 7, "days", Words("取消后的天数", "Days after the cancellation"), highest=60,
                  source=UNCONFIRMED),
        Parameter("least_orders", 2, "count", Words("最少订单数", "Fewest orders"), lowest=2, source=UNCONFIRMED),
        Parameter("tolerance_basis_points", 1_000, "basis_points",
                  Words("金额相近的允许差", "Tolerance of like amounts"),
                  highest=3_000, source=UNCONFIRMED),
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    tables=("order_line",),
    find=find,
    documents=documents,
)  # fmt: skip
