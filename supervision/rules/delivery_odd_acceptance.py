"""验收异常: accepted before it came, minutes after it left, by whoever ordered it, or many at a stroke."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("received_day", "day", Words("收货日", "Received on")),
    Evidence("accepted_day", "day", Words("验收日", "Accepted on")),
    Evidence("minutes_after_dispatch", "minutes", Words("发货后多少分钟验收", "Minutes after dispatch")),
    Evidence("handler_id", "person", Words("经办人", "Ordered by")),
    Evidence("acceptor_id", "person", Words("验收人", "Accepted by")),
    Evidence("lines_in_minute", "count", Words("同一分钟验收的明细数", "Lines accepted in that minute")),
    Evidence("orders_in_minute", "count", Words("同一分钟验收的订单数", "Orders accepted in that minute")),
)
_MINUTES_OF_DAY = 1440
_MINUTE = ("acceptor_id", "accepted_day", "accepted_minute")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per accepted order."""
    orders = facts.purchase_order
    orders = orders.filter(
        (orders.accepted_day > 0)
        & (orders.accepted_day <= facts.on_day)
        & (orders.accepted_day > facts.on_day - values["window_days"])
        & (orders.cancelled_day == 0)
    )
    counted = facts.order_line.group_by("order_id").aggregate(line_count=number(facts.order_line.line_id.count()))
    orders = left_join(orders, counted, ("order_id",))
    minutes = orders.group_by(list(_MINUTE)).aggregate(
        lines_in_minute=number(orders.line_count.sum()), orders_in_minute=number(orders.order_id.count())
    )
    orders = left_join(orders, minutes, _MINUTE)
    accepted_at = orders.accepted_day * _MINUTES_OF_DAY + orders.accepted_minute
    shipped_at = orders.shipped_day * _MINUTES_OF_DAY + orders.shipped_minute
    orders = orders.mutate(
        minutes_after_dispatch=ibis.ifelse(orders.shipped_day > 0, accepted_at - shipped_at, literal(0))
    )
    # Services and goods that the supplier brings himself are not dispatched; only their other signs are looked at.
    is_too_quick = (orders.shipped_day > 0) & (orders.minutes_after_dispatch <= values["quick_minutes"])
    is_before_receipt = (orders.received_day == 0) | (orders.accepted_day < orders.received_day)
    is_same_person = orders.acceptor_id == orders.handler_id
    is_batch = (orders.lines_in_minute > values["batch_lines"]) & (orders.orders_in_minute >= 2)
    return sweep_rows(
        orders,
        subject=subject("order", orders.order_id),
        outcome=outcome(
            not_computable=(orders.acceptor_id == 0) | (orders.handler_id == 0),
            hit=is_before_receipt | is_too_quick | is_same_person | is_batch,
        ),
        document=orders.number,
        day=orders.accepted_day,
        amount_fen=orders.accepted_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="delivery.odd_acceptance",
    version=1,
    name=Words("疑似验收异常", "Suspected odd acceptance"),
    family="delivery",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="order",
    formula=Words(
        "有下列情形之一：验收早于收货或没有收货记录；发货后规定分钟内即验收；经办人与验收人为同一人；同一验收人在一分钟内验收多个"
        "订单且明细超过规定数",
        "Any of: accepted before it was received, or without a receipt; accepted within so many minutes of dispatch;"
        " the same person ordered and accepted; one person accepted several orders with more than so many lines within"
        " one minute",
    ),
    accepted=Words("收货后由他人逐单验收", "Accepted after receipt, by another person, order by order"),
    answer=Words("说明验收经过并附验收单、照片", "Say how it was accepted, with the acceptance form and pictures"),
    source="不相容岗位分离（《行政事业单位内部控制规范（试行）》）；数值为本系统设定，待确认",
    parameters=(
        Parameter("quick_minutes", 10, "minutes", Words("发货后最短分钟数", "Fewest minutes after dispatch"),
                  tightens="higher", highest=1440, source="本系统设定，待确认"),
        Parameter("batch_lines", 20, "count", Words("一分钟内最多明细数", "Most lines within one minute"),
                  tightens="lower", lowest=1, highest=1000, source="本系统设定，待确认"),
        Parameter("window_days", 90, "days", Words("回看天数", "Days looked back on"),
                  lowest=1, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("一个订单明细再多也不算批量验收", "A single order is no batch, however many lines it has"),
                Words("没有发货环节的服务和送货上门不看发货时间",
                      "The time of dispatch, of what is not dispatched"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("purchase_order", "order_line"),
    find=find,
)  # fmt: skip
