"""地区价差: a region pays more for a product than the rest of the province, beyond what chance explains.

The interval is not Hodges-Lehmann's, which needs every pair of prices, but that of the two medians by ranks
(`supervision.median_interval`): the region's lower bound against the others' upper bound, 97.5 % at least one-sided.
It asks for a somewhat larger gap than Hodges-Lehmann and never for a smaller one than the data bear.
A region is a prefecture (the first four digits of the code).
"""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import left_join, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.median_interval import median_with_bounds
from supervision.placed_orders import recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("here_fen", "fen", Words("本地区中位价", "Median of the region")),
    Evidence("here_fen_count", "count", Words("本地区成交笔数", "Lines of the region")),
    Evidence("here_fen_low", "fen", Words("本地区中位价下限", "Lower bound of it")),
    Evidence("elsewhere_fen", "fen", Words("省内其他地区中位价", "Median of the other regions")),
    Evidence("elsewhere_fen_count", "count", Words("其他地区成交笔数", "Lines of the other regions")),
    Evidence("elsewhere_fen_high", "fen", Words("其他地区中位价上限", "Upper bound of it")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per product and prefecture that bought it."""
    lines = _lines(facts, values)
    here = median_with_bounds(
        lines, "base_price_fen", by=("product_id", "region_code"), unique="line_id", name="here_fen"
    )
    bought = lines.group_by(["product_id", "region_code"]).aggregate(
        base_units=lambda t: number((t.quantity * t.pack_size).sum()),
        day=lambda t: number(t.submitted_day.max()),
        category_code=lambda t: t.category_code.min(),
    )
    judged = left_join(here, bought, ("product_id", "region_code"))
    # Each line is put beside every other prefecture that bought the product: at most as many rows as lines times
    # prefectures, and only for products with a prefecture that has enough lines to be judged.
    wanted = here.filter(here.here_fen_count >= values["minimum_lines"])
    wanted = wanted.select(_product_id="product_id", _region_code="region_code")
    others = lines.inner_join(wanted, lines.product_id == wanted._product_id)
    others = others.filter(others.region_code != others._region_code)
    others = others.select("product_id", "line_id", "base_price_fen", region_code="_region_code")
    elsewhere = median_with_bounds(
        others, "base_price_fen", by=("product_id", "region_code"), unique="line_id", name="elsewhere_fen"
    )
    judged = left_join(judged, elsewhere, ("product_id", "region_code"))
    gap_percent = values.by_region("gap_percent", judged.region_code)
    bound_percent = values.by_region("bound_percent", judged.region_code)
    return sweep_rows(
        judged,
        subject=subject("product", judged.product_id, judged.region_code),
        outcome=outcome(
            not_computable=(judged.here_fen_count < values["minimum_lines"])
            | (judged.elsewhere_fen_count < values["minimum_lines"])
            | (judged.elsewhere_fen_high <= 0),
            hit=(judged.here_fen * 100 > judged.elsewhere_fen * (100 + gap_percent))
            & (judged.here_fen_low * 100 > judged.elsewhere_fen_high * (100 + bound_percent)),
        ),
        amount_fen=(judged.here_fen - judged.elsewhere_fen) * judged.base_units,
        evidence=[one.name for one in _EVIDENCE],
    )


def _lines(facts: Facts, values: Values) -> ir.Table:
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    lines = lines.filter(lines.base_price_fen > 0)
    return lines.mutate(region_code=whole(lines.region_code, 100) * 100)


RULE = Rule(
    id="prices.regional_gap",
    version=1,
    name=Words("疑似地区价差过大", "Suspected gap between regions"),
    family="prices",
    stages=("monthly",),
    severity=1,
    action="inform",
    subject="product",
    formula=Words(
        "同一商品在一个省辖市的成交中位价高于省内其他地区中位价的规定幅度，且本地区中位价的下限仍高于其他地区中位价上限的规定幅度"
        "（按秩次求得，单侧置信度不低于百分之九十七点五）；两边都须有足够成交笔数",
        "The median paid for a product in one prefecture is above that of the others by the share, and even its lower"
        " bound is above the upper bound of the others by a second share (bounds by ranks, one-sided confidence of"
        " 97.5 percent at least); both sides need enough lines",
    ),
    accepted=Words("价差在规定幅度以内，或不能排除偶然", "A gap within the share, or one that may be chance"),
    answer=Words("说明运费、服务等地区因素", "Say what is due to freight or service in the region"),
    source="本系统设定，待确认；符号检验的秩次置信区间",
    parameters=(
        Parameter("gap_percent", 15, "percent", Words("中位价差幅度", "Gap of the medians"),
                  tightens="lower", lowest=5, highest=100, by_region=True, source="本系统设定，待确认"),
        Parameter("bound_percent", 5, "percent", Words("置信下限的差幅", "Gap of the bounds"),
                  tightens="lower", highest=50, by_region=True, source="本系统设定，待确认"),
        Parameter("minimum_lines", 8, "count", Words("每边最少成交笔数", "Fewest lines on either side"),
                  lowest=8, highest=1000, source="本系统设定，待确认"),
        Parameter("window_days", 180, "days", Words("统计天数", "Days looked back on"),
                  lowest=30, highest=366, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("本地区自己的成交不计入比较对象", "The region's own lines are not in what it is compared with"),
                Words("已取消的订单", "Cancelled orders"),
                Words("偏远地区按地区参数放宽（运费）", "Remote regions, by a wider parameter of their own")),
    tables=("order_line",),
    find=find,
)  # fmt: skip
