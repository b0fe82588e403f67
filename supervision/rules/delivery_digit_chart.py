"""首位与末位数字图: how often order totals begin and end with each digit, for a person to look at.

Never a hit: prices of goods do not follow Benford's law even where nothing is wrong (measured on two panels), so that
a test of it would accuse at random. The outcome is "clear" with the counts, or "not_computable".
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import literal, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("order_count", "count", Words("订单数", "Orders")),
    *(Evidence(f"first_{digit}", "count", Words(f"首位为{digit}", f"Beginning with {digit}"))
      for digit in range(1, 10)),
    *(Evidence(f"last_{digit}", "count", Words(f"元的末位为{digit}", f"Whole yuan ending with {digit}"))
      for digit in range(10)),
)  # fmt: skip


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per region with an order in the window."""
    orders = recently_placed(facts, facts.purchase_order, days=values["window_days"])
    orders = orders.filter(orders.total_fen > 0)
    yuan = whole(orders.total_fen, 100)
    orders = orders.mutate(first=orders.total_fen.cast("string").substr(0, 1), last=yuan - whole(yuan, 10) * 10)
    counts = {f"first_{digit}": _count(orders["first"] == str(digit)) for digit in range(1, 10)}
    counts |= {f"last_{digit}": _count(orders["last"] == digit) for digit in range(10)}
    regions = orders.group_by("region_code").aggregate(
        order_count=number(orders.order_id.count()), day=number(orders.submitted_day.max()), **counts
    )
    return sweep_rows(
        regions,
        subject=subject("region", regions.region_code),
        outcome=outcome(not_computable=regions.order_count < values["minimum_orders"], hit=ibis.literal(False)),
        evidence=[one.name for one in _EVIDENCE],
    )


def _count(condition: ir.BooleanColumn) -> ir.IntegerValue:
    return number(ibis.ifelse(condition, literal(1), literal(0)).sum())


RULE = Rule(
    id="delivery.digit_chart",
    version=1,
    name=Words("订单金额首位与末位数字图", "Chart of first and last digits of order totals"),
    family="delivery",
    stages=("monthly",),
    severity=1,
    action="inform",
    subject="region",
    formula=Words(
        "按地区统计回看期内订单金额首位数字和整元末位数字的出现次数，仅供看图，不作判断",
        "Per region, how often the order totals of the time looked back on begin with each digit and their whole yuan"
        " end with it; a picture, no verdict",
    ),
    accepted=Words("本图不作判断", "The chart judges nothing"),
    answer=Words("无须答复", "Nothing is to be answered"),
    source="本福特定律；实测商品价格普遍不符合该定律，故不作判断依据",
    parameters=(
        Parameter("minimum_orders", 5000, "count", Words("最少订单数", "Fewest orders"),
                  lowest=1, highest=10**7, source="本系统设定，待确认"),
        Parameter("window_days", 366, "days", Words("回看天数", "Days looked back on"),
                  lowest=30, highest=1100, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已取消的订单", "Cancelled orders"),),
    tables=("purchase_order",),
    find=find,
)  # fmt: skip
