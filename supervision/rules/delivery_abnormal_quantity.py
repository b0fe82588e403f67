"""数量异常: more of a class in one line than nearly all units of that size ever order.

Counted in base units. The history of a sweep ends before the lines that it judges begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import left_join, outcome, quantile_by, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.size_bands import size_band_of
from supervision.values import Values

_EVIDENCE = (
    Evidence("base_units", "count", Words("本单数量（计量单位）", "Base units ordered")),
    Evidence(
        "quantity_high", "count", Words("同规模单位的第九十九点八百分位", "99.8th percentile of units of that size")
    ),
    Evidence("quantity_line_count", "count", Words("参照明细数", "Lines it comes from")),
)
_GROUP = ("class_code", "band")


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order line of late."""
    lines = recently_placed(facts, facts.order_line, days=values["recent_days"] + values["history_days"])
    lines = left_join(lines, facts.unit.select("unit_id", "staff_count"), ("unit_id",))
    lines = lines.mutate(
        class_code=lines.category_code.substr(0, 7),
        band=size_band_of(lines.staff_count),
        base_units=lines.quantity * lines.pack_size,
    )
    recent_from = facts.on_day - values["recent_days"]
    high = quantile_by(
        lines.filter((lines.submitted_day <= recent_from) & (lines.band > 0)),
        "base_units", by=_GROUP, percent=998, of=1000, name="quantity_high", unique="line_id",
    )  # fmt: skip
    high = high.rename(quantity_line_count="quantity_high_count")
    judged = left_join(lines.filter(lines.submitted_day > recent_from), high, _GROUP)
    return sweep_rows(
        judged,
        subject=subject("line", judged.line_id),
        outcome=outcome(
            not_computable=judged.quantity_line_count < values["minimum_lines"],
            hit=judged.base_units * 100 > judged.quantity_high * values.by_region("factor_percent", judged.region_code),
        ),
        document=judged.number,
        day=judged.submitted_day,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the line asks for more than nearly all lines of the class and size."""
    names = ("quantity", "pack_size", "quantity_high", "quantity_line_count", "amount_fen")
    pieces, pack_size, high, count, amount_fen = (given[name] for name in names)
    if None in (pieces, pack_size, high, count, amount_fen):
        return Verdict(NOT_COMPUTABLE)
    facts = {"base_units": pieces * pack_size, "quantity_high": high, "quantity_line_count": count}
    if count < values["minimum_lines"]:
        return Verdict(NOT_COMPUTABLE, facts=facts)
    is_hit = facts["base_units"] * 100 > high * values["factor_percent"]
    return Verdict(HIT if is_hit else CLEAR, amount_fen=amount_fen if is_hit else 0, facts=facts)


RULE = Rule(
    id="delivery.abnormal_quantity",
    version=1,
    name=Words("疑似采购数量异常", "Suspected abnormal quantity"),
    family="delivery",
    stages=("order", "nightly"),
    severity=2,
    action="hold",
    subject="order",
    formula=Words(
        "一个明细的数量（按计量单位）超过同类品目（前七位）、同规模单位（按编制人数分档：二十、一百、五百人）此前一年明细数量的"
        "第九十九点八百分位；参照明细须足够",
        "A line asks for more base units than the 99.8th percentile of the year before in its class (first seven"
        " letters) and size of unit (staff up to 20, 100, 500 or more); there must be enough lines",
    ),
    accepted=Words("不超过同规模单位的第九十九点八百分位", "No more than the 99.8th percentile"),
    answer=Words("核对数量和计量单位，或说明用途", "Check number and unit of measure, or say what it is for"),
    source="参照乌克兰国家审计署风险指标（第九十九点八百分位）；本系统设定，待确认",
    parameters=(
        Parameter("factor_percent", 100, "percent", Words("百分位的倍数（百分数）", "Percent of the percentile"),
                  tightens="lower", lowest=50, highest=1000, by_region=True, source="本系统设定，待确认"),
        Parameter("minimum_lines", 500, "count", Words("最少参照明细数", "Fewest lines it comes from"),
                  lowest=1, highest=10**6, source="本系统设定，待确认"),
        Parameter("history_days", 365, "days", Words("参照天数", "Days of history"),
                  lowest=90, highest=1100, source="本系统设定，待确认"),
        Parameter("recent_days", 30, "days", Words("核查天数", "Days of lines that are judged"),
                  lowest=1, highest=90, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已取消的订单", "Cancelled orders"),
                Words("其他规模单位的明细不作参照", "Lines of units of another size are not compared with")),
    tables=("order_line", "unit"),
    needs=("quantity", "pack_size", "quantity_high", "quantity_line_count", "amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
