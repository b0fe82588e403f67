"""虚假交易: a parcel that was never seen or belongs to another order, or money that went round within a day.

One parcel may hold several orders of one unit with one supplier; one number for different units or suppliers may not.
A payment is known by its day: "within a day" is the day of the order or the day after.
"""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import left_join, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("tracking_key", "text", Words("运单标识", "Tracking number (digest)")),
    Evidence("parties_of_number", "count", Words("使用该运单号的单位和供应商数", "Units and suppliers of the number")),
    Evidence("first_scan_day", "day", Words("承运人首次扫描日", "First scan by the carrier")),
    Evidence("accepted_day", "day", Words("验收日", "Accepted on")),
    Evidence("paid_day", "day", Words("支付日", "Paid on")),
    Evidence("refunded_day", "day", Words("退款日", "Refunded on")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order accepted in the window."""
    orders = facts.purchase_order
    orders = orders.filter((orders.cancelled_day == 0) & (orders.shipped_day <= facts.on_day))
    numbered = orders.filter(
        (orders.tracking_key != "") & (orders.submitted_day > facts.on_day - values["number_days"])
    )
    numbers = numbered.group_by("tracking_key").aggregate(
        unit_count=number(numbered.unit_id.nunique()), supplier_count=number(numbered.supplier_id.nunique())
    )
    judged = orders.filter(
        (orders.accepted_day > facts.on_day - values["window_days"]) & (orders.accepted_day <= facts.on_day)
    )
    judged = left_join(judged, numbers, ("tracking_key",))
    judged = judged.mutate(parties_of_number=judged.unit_count + judged.supplier_count)
    is_reused = judged.parties_of_number > 2
    is_unseen = (judged.tracking_key != "") & (judged.is_carrier_reporting == 1) & (judged.first_scan_day == 0)
    went_round = (
        (judged.paid_day > 0)
        & (judged.refunded_day == judged.paid_day)
        & (judged.refunded_fen > 0)
        & (judged.paid_day - judged.submitted_day <= values["round_days"])
    )
    return sweep_rows(
        judged,
        subject=subject("order", judged.order_id),
        outcome=outcome(
            not_computable=(judged.tracking_key == "") & (judged.paid_day == 0), hit=is_reused | is_unseen | went_round
        ),
        document=judged.number,
        day=judged.accepted_day,
        amount_fen=judged.accepted_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="delivery.sham_trade",
    version=1,
    name=Words("疑似虚假交易", "Suspected sham trade"),
    family="delivery",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="order",
    formula=Words(
        "有下列情形之一：运单号同时用于不同单位或不同供应商的订单；承运人提供物流信息而该运单从未被扫描，订单却已验收；"
        "下单、验收、支付在一日内完成且支付当日退款",
        "Any of: the tracking number serves orders of different units or suppliers; the carrier reports parcels but"
        " never saw this one, and yet the order was accepted; ordered, accepted and paid within a day, and refunded on"
        " the day of payment",
    ),
    accepted=Words("运单真实、专用，货款未当日退回", "A parcel of its own that is seen; no refund on the day"),
    answer=Words("提供物流凭证、签收记录、退款原因", "Show proof of delivery and why it was refunded"),
    source="本系统设定，待确认",
    parameters=(
        Parameter("round_days", 1, "days", Words("下单到支付天数", "Days from order to payment"),
                  tightens="higher", highest=7, source="本系统设定，待确认"),
        Parameter("number_days", 365, "days", Words("运单号统计天数", "Days in which a number is compared"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
        Parameter("window_days", 90, "days", Words("回看天数", "Days looked back on"),
                  lowest=1, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("同一单位、同一供应商合并发货", "One parcel for several orders of one unit and supplier"),
                Words("承运人不提供物流信息的", "Carriers that do not report"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("purchase_order",),
    find=find,
)  # fmt: skip
