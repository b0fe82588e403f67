"""非工作时间集中下单: a unit orders more at night and on days off than nearly all others. For information."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, quantile_by, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("off_hours_count", "count", Words("非工作时间明细数", "Lines off hours")),
    Evidence("line_count", "count", Words("全部明细数", "All lines")),
    Evidence("high_count", "count", Words("各单位非工作时间明细数的第九十九百分位", "99th percentile of the units")),
    Evidence("high_count_count", "count", Words("参与比较的单位数", "Units compared")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per unit that ordered in the window."""
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = left_join(lines, facts.purchase_order.select("order_id", "is_off_hours"), ("order_id",))
    is_off = lines.is_off_hours == 1
    units = lines.group_by("unit_id").aggregate(
        region_code=number(lines.region_code.max()),
        line_count=number(lines.line_id.count()),
        off_hours_count=number(ibis.ifelse(is_off, literal(1), literal(0)).sum()),
        amount_fen=number(ibis.ifelse(is_off, lines.amount_fen, literal(0)).sum()),
        day=number(lines.submitted_day.max()),
    )
    units = units.mutate(everybody=literal(1))
    high = quantile_by(units, "off_hours_count", by=("everybody",), percent=99, name="high_count", unique="unit_id")
    units = left_join(units, high, ("everybody",))
    return sweep_rows(
        units,
        subject=subject("unit", units.unit_id),
        outcome=outcome(
            not_computable=units.high_count_count < values["minimum_units"],
            hit=(units.off_hours_count >= values["minimum_lines"]) & (units.off_hours_count > units.high_count),
        ),
        evidence=[one.name for one in _EVIDENCE],
    )


def documents(facts: Facts, values: Values) -> ir.Table:
    """The unit's orders off hours."""
    orders = recently_placed(facts, facts.purchase_order, days=values["window_days"])
    off = orders.filter(orders.is_off_hours == 1)
    return off.select(
        subject=subject("unit", off.unit_id), document=off.number, day=off.submitted_day, amount_fen=off.total_fen
    )


RULE = Rule(
    id="delivery.off_hours",
    version=1,
    name=Words("疑似非工作时间集中下单", "Suspected batches of orders off hours"),
    family="delivery",
    stages=("monthly",),
    severity=1,
    action="inform",
    subject="unit",
    formula=Words(
        "单位在回看期内于二十二时至次日六时或非工作日提交的订单明细达到规定数，且超过全部单位的第九十九百分位",
        "In the time looked back on the unit submitted so many lines between 22:00 and 06:00 or on days off, and more"
        " than the 99th percentile of all units",
    ),
    accepted=Words("多数订单在工作时间提交", "Most orders in working hours"),
    answer=Words("说明值班、应急采购等原因", "Say what was urgent, or who was on duty"),
    source="本系统设定，待确认",
    parameters=(
        Parameter("minimum_lines", 10, "count", Words("最少非工作时间明细数", "Fewest lines off hours"),
                  tightens="lower", lowest=2, highest=10_000, source="本系统设定，待确认"),
        Parameter("minimum_units", 100, "count", Words("最少比较单位数", "Fewest units compared"),
                  lowest=2, highest=10**6, source="本系统设定，待确认"),
        Parameter("window_days", 30, "days", Words("回看天数", "Days looked back on"),
                  lowest=7, highest=366, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已取消的订单", "Cancelled orders"),),
    tables=("order_line", "purchase_order"),
    find=find,
    documents=documents,
)  # fmt: skip
