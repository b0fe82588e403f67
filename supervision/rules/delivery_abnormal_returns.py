"""异常退货: a supplier whose goods come back too often, or goods bought in December that go back after the new year.

Two kinds of subject: a supplier in a class of category, judged by the beta-binomial limit of the other suppliers' rate
(`supervision.return_limits`); and a unit with a supplier, of whose December purchases a large share came back in
January and February - the sign of money parked over the end of the year.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, stacked, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.return_limits import limit_of
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("line_count", "count", Words("订单明细数", "Lines")),
    Evidence("returned_count", "count", Words("退货明细数", "Lines sent back")),
    Evidence("limit_count", "count", Words("退货明细上限", "Limit of lines sent back")),
    Evidence("others_rate", "basis_points", Words("同类其他供应商退货率", "Rate of the other suppliers")),
    Evidence("bought_fen", "fen", Words("采购金额", "Bought")),
    Evidence("returned_fen", "fen", Words("退货金额", "Sent back")),
)
_EPOCH = date(1970, 1, 1)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier and class, and one per unit and supplier of the last December."""
    return stacked(_by_supplier(facts, values), _over_new_year(facts, values))


def _by_supplier(facts: Facts, values: Values) -> ir.Table:
    lines = facts.order_line
    lines = lines.filter((lines.accepted_day > facts.on_day - values["window_days"]) & (lines.cancelled_day == 0))
    lines = lines.filter(lines.accepted_day <= facts.on_day)
    lines = lines.mutate(
        class_code=lines.category_code.substr(0, 7),
        is_returned=ibis.ifelse(lines.returned > 0, literal(1), literal(0)),
        returned_line_fen=lines.price_fen * lines.returned,
    )
    suppliers = lines.group_by(["supplier_id", "class_code"]).aggregate(
        line_count=number(lines.line_id.count()),
        returned_count=number(lines.is_returned.sum()),
        bought_fen=number(lines.amount_fen.sum()),
        returned_fen=number(lines.returned_line_fen.sum()),
        day=number(lines.accepted_day.max()),
    )
    classes = suppliers.group_by("class_code").aggregate(
        all_count=number(suppliers.line_count.sum()), all_returned=number(suppliers.returned_count.sum())
    )
    judged = left_join(suppliers, classes, ("class_code",))
    judged = judged.mutate(
        others_count=judged.all_count - judged.line_count, others_returned=judged.all_returned - judged.returned_count
    )
    # Rounded up, to the supplier's favour.
    divisor = ibis.greatest(judged.others_count, literal(1))
    judged = judged.mutate(others_rate=whole(judged.others_returned * 10_000 + divisor - 1, divisor))
    judged = judged.mutate(limit_count=limit_of(judged.line_count, judged.others_rate))
    return sweep_rows(
        judged,
        subject=subject("supplier", judged.supplier_id, judged.class_code),
        outcome=outcome(
            not_computable=(judged.line_count < values["minimum_lines"])
            | (judged.others_count < values["minimum_others"]),
            hit=judged.returned_count > judged.limit_count,
        ),
        category_code=judged.class_code,
        amount_fen=judged.returned_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


def _over_new_year(facts: Facts, values: Values) -> ir.Table:
    year = (_EPOCH + timedelta(days=facts.on_day)).year
    december, january, march = (
        (day - _EPOCH).days for day in (date(year - 1, 12, 1), date(year, 1, 1), date(year, 3, 1))
    )
    lines = facts.order_line
    lines = lines.filter(
        (lines.submitted_day >= december) & (lines.submitted_day < january) & (lines.cancelled_day == 0)
    )
    came_back = (lines.returned_day >= january) & (lines.returned_day < march) & (lines.returned_day <= facts.on_day)
    lines = lines.mutate(
        is_returned=ibis.ifelse(came_back, literal(1), literal(0)),
        returned_line_fen=ibis.ifelse(came_back, lines.price_fen * lines.returned, literal(0)),
    )
    units = lines.group_by(["unit_id", "supplier_id"]).aggregate(
        region_code=number(lines.region_code.max()),
        line_count=number(lines.line_id.count()),
        returned_count=number(lines.is_returned.sum()),
        bought_fen=number(lines.amount_fen.sum()),
        returned_fen=number(lines.returned_line_fen.sum()),
        day=number(lines.submitted_day.max()),
    )
    share_percent = values.by_region("new_year_percent", units.region_code)
    return sweep_rows(
        units,
        subject=subject("unit", units.unit_id, units.supplier_id, literal(year - 1)),
        outcome=outcome(
            not_applicable=units.bought_fen < values["new_year_fen"],
            hit=units.returned_fen * 100 >= units.bought_fen * share_percent,
        ),
        amount_fen=units.returned_fen,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="delivery.abnormal_returns",
    version=1,
    name=Words("疑似异常退货", "Suspected abnormal returns"),
    family="delivery",
    stages=("monthly",),
    severity=3,
    action="case",
    subject="supplier",
    formula=Words(
        "供应商在一类品目（前七位）中的退货明细数超过按其他供应商退货率求得的贝塔二项分布百分之九十九上限；"
        "或单位上年十二月向一家供应商采购的货物，在一、二月退回的金额达到规定比例",
        "Of a supplier's lines in one class (first seven letters) more came back than the 99 percent limit of the"
        " beta-binomial distribution at the other suppliers' rate; or of what a unit bought of one supplier in December"
        " a large share by value was sent back in January and February",
    ),
    accepted=Words("退货数在上限以内，跨年退货不到规定比例", "Returns within the limit, and fewer over the new year"),
    answer=Words("说明退货原因并附退货单、退款去向", "Say why, with the return forms and where the refund went"),
    source="本系统设定，待确认；贝塔二项分布（组内相关系数五十分之一）",
    parameters=(
        Parameter("minimum_lines", 10, "count", Words("供应商最少明细数", "Fewest lines of the supplier"),
                  lowest=10, highest=1000, source="本系统设定，待确认"),
        Parameter("minimum_others", 100, "count", Words("其他供应商最少明细数", "Fewest lines of the others"),
                  lowest=20, highest=10**6, source="本系统设定，待确认"),
        Parameter("new_year_percent", 30, "percent", Words("跨年退货比例", "Share sent back over the new year"),
                  tightens="lower", lowest=5, highest=100, by_region=True, source="本系统设定，待确认"),
        Parameter("new_year_fen", 1_000_000, "fen", Words("跨年退货的最低采购额", "Fewest December purchases"),
                  tightens="lower", highest=10**10, source="本系统设定，待确认"),
        Parameter("window_days", 366, "days", Words("回看天数", "Days looked back on"),
                  lowest=90, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("供应商自己的退货不计入比较的退货率", "The supplier's own returns, in the rate compared with"),
                Words("十二月采购额较小的", "Small purchases of December"),
                Words("已取消的订单", "Cancelled orders")),
    tables=("order_line",),
    find=find,
)  # fmt: skip
