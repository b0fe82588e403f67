"""选配件、服务费抬价: accessories above the other sellers' price, or a large share of what they belong to."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision import price_references as references
from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows, whole
from supervision.facts import Facts
from supervision.placed_orders import lines_behind, recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("listing_id", "listing", Words("选配件", "Accessory")),
    Evidence("base_price_fen", "fen", Words("单价（基本单位）", "Price per base unit")),
    Evidence("median_fen", "fen", Words("其他供应商同款中位价", "Median of the other sellers of the part")),
    Evidence("median_fen_sellers", "count", Words("其他供应商数", "Other sellers")),
    Evidence("upper_fen", "fen", Words("其他供应商同款价格上沿", "Upper end of the other sellers of the part")),
    Evidence("parts_fen", "fen", Words("同一主件的选配件合计", "All accessories of the same main item")),
    Evidence("main_fen", "fen", Words("主件金额", "The main item")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per order line of the judged days whose listing belongs to another product."""
    lines = _lines(facts, values)
    offers = references.listing_weeks(facts, weeks=values["judged_days"] // 7 + 2)
    offers = references.with_others_quantile(offers, "base_price_fen", percent=50, name="median_fen")
    offers = references.with_others_quantile(
        offers, "base_price_fen", percent=values["others_percent"], name="upper_fen"
    )
    offers = offers.select(*references.LISTING_WEEK, "median_fen", "median_fen_sellers", "upper_fen")
    judged = references.with_evenness(left_join(lines, offers, references.LISTING_WEEK), facts)
    order_lines = facts.order_line
    mains = order_lines.group_by(["order_id", "product_id"]).aggregate(main_fen=number(order_lines.amount_fen.sum()))
    mains = mains.select(order_id=mains.order_id, parent_product_id=mains.product_id, main_fen=mains.main_fen)
    parts = lines.group_by(["order_id", "parent_product_id"]).aggregate(parts_fen=number(lines.amount_fen.sum()))
    judged = left_join(judged, mains, ["order_id", "parent_product_id"])
    judged = left_join(judged, parts, ["order_id", "parent_product_id"])
    # Goods without one price have no median either; their share of the main item is judged all the same.
    has_median = (judged.is_uneven == 0) & (judged.median_fen_sellers >= values["other_sellers"])
    price = judged.base_price_fen * 10_000
    is_dear = (
        has_median
        & (price > judged.median_fen * values.by_region("above_median", judged.region_code))
        & (price > judged.upper_fen * values["above_upper"])
    )
    is_large = (judged.main_fen > 0) & (judged.parts_fen * 10_000 > judged.main_fen * values["share_of_main"])
    excess = ibis.greatest(judged.base_price_fen - judged.median_fen, literal(0))
    over = references.per(judged.amount_fen * excess, judged.base_price_fen)
    return sweep_rows(
        judged,
        subject=subject("line", judged.line_id),
        outcome=outcome(not_computable=~has_median & (judged.main_fen <= 0), hit=is_dear | is_large),
        document=judged.number,
        day=judged.submitted_day,
        amount_fen=ibis.cases((is_dear, over), else_=judged.amount_fen),
        evidence=[one.name for one in _EVIDENCE],
    )


def _lines(facts: Facts, values: Values) -> ir.Table:
    """The lines of the judged days that are accessories, with what they belong to and their week."""
    lines = recently_placed(facts, facts.order_line, days=values["judged_days"])
    lines = lines.filter(lines.base_price_fen > 0)
    belongs = facts.listing.filter(facts.listing.parent_product_id > 0).select("listing_id", "parent_product_id")
    lines = left_join(lines, belongs, ["listing_id"])
    lines = lines.filter(lines.parent_product_id > 0)
    return lines.mutate(week=whole(lines.submitted_day + 3, 7))


def documents(facts: Facts, values: Values) -> ir.Table:
    """The order itself."""
    lines = _lines(facts, values)
    return lines_behind(lines)


RULE = Rule(
    id="prices.dear_accessory",
    version=1,
    name=Words("选配件、服务费疑似抬价", "Accessories or services possibly too dear"),
    family="prices",
    stages=("nightly",),
    severity=2,
    action="warn",
    subject="order_line",
    formula=Words(
        "选配件基本单位价高于其他供应商同款中位价的130%且高于其第90百分位的110%；或同一订单中同一主件的选配件合计超过主件金额的15%",
        "The accessory's price per base unit is above 130 % of the median and 110 % of the 90th percentile of the other"
        " sellers of the part, or the accessories of one main item in an order are above 15 % of it",
    ),
    accepted=Words(
        "不高于同款中位价的130%，且合计不超过主件的15%",
        "At most 130 % of the median, and at most 15 % of the main item",
    ),
    answer=Words("说明选配件的必要性与价格构成", "Say why the accessories are needed and what their price consists of"),
    source="上海市财政局关于电子卖场价格监测的通报（2026 年 1 月）",
    parameters=(
        Parameter(
            "above_median",
            13_000,
            "basis_points",
            Words("高于同款中位价", "Above the median"),
            tightens="lower",
            lowest=10_000,
            highest=30_000,
            by_region=True,
        ),
        Parameter(
            "above_upper",
            11_000,
            "basis_points",
            Words("高于同款上沿", "Above the upper end"),
            tightens="lower",
            lowest=8_000,
            highest=20_000,
        ),
        Parameter(
            "others_percent",
            90,
            "percent",
            Words("同行百分位", "Percentile of the other sellers"),
            lowest=50,
            highest=100,
        ),
        Parameter(
            "share_of_main",
            1_500,
            "basis_points",
            Words("占主件比例", "Share of the main item"),
            tightens="lower",
            lowest=100,
            highest=10_000,
        ),
        Parameter("other_sellers", 3, "count", Words("其他供应商最少数", "Least other sellers"), lowest=2, highest=20),
        Parameter("judged_days", 7, "days", Words("每次检查的天数", "Days judged at a time"), lowest=1, highest=400),
    ),
    evidence=_EVIDENCE,
    exclusions=(
        Words("不属于任何主件的商品", "Goods that belong to no main item"),
        Words("按重量或多规格混售的不比中位价", "Goods without one price are not compared with a median"),
    ),
    tables=("order_line", "listing", "price_week"),
    find=find,
    documents=documents,
)
